package test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// instance is a running program that serves pages.
type instance struct {
	// URL is where it says that it listens.
	URL     string
	process *exec.Cmd
	log     *notes
	ended   chan struct{}
	code    int
}

// notes are what a process wrote, which may be read while it writes.
type notes struct {
	lock sync.Mutex
	text bytes.Buffer
}

func (n *notes) Write(b []byte) (int, error) {
	n.lock.Lock()
	defer n.lock.Unlock()
	return n.text.Write(b)
}

func (n *notes) String() string {
	n.lock.Lock()
	defer n.lock.Unlock()
	return n.text.String()
}

// ready begins the line that says that requests are answered from now on.
const ready = "listening on "

// start runs a command that serves, and waits until it says where.
func start(path string, environ []string, args ...string) (*instance, error) {
	i := &instance{process: exec.Command(path, args...), log: &notes{}, ended: make(chan struct{})}
	i.process.Env = append(os.Environ(), environ...)
	i.process.Stderr = i.log
	// Whatever ends this test, nothing of it stays behind.
	i.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := i.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := i.process.Start(); err != nil {
		return nil, err
	}
	said := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(io.TeeReader(out, i.log)).ReadString('\n')
		said <- line
		_, _ = io.Copy(i.log, out)
		_ = i.process.Wait()
		i.code = i.process.ProcessState.ExitCode()
		close(i.ended)
	}()
	select {
	case line := <-said:
		url, ok := strings.CutPrefix(strings.TrimSpace(line), ready)
		if !ok {
			i.kill()
			return nil, fmt.Errorf("mainforte %s does not listen:\n%s", strings.Join(args, " "), i.log)
		}
		i.URL = url
		return i, nil
	case <-time.After(patience):
		i.kill()
		return nil, fmt.Errorf("mainforte %s says nothing:\n%s", strings.Join(args, " "), i.log)
	}
}

// serve starts an instance for a test, which is stopped with it.
func serve(t testing.TB, environ []string, args ...string) *instance {
	t.Helper()
	i, err := start(mainforte(t), environ, args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { i.ends(t) })
	return i
}

// ends kills it with its test, and shows what it said if that failed.
func (i *instance) ends(t testing.TB) {
	i.kill()
	if t.Failed() {
		t.Logf("the log of %s:\n%s", i.URL, i.log)
	}
}

// kill ends it as a power cut does.
func (i *instance) kill() {
	_ = i.process.Process.Kill()
	<-i.ended
}

// stop asks it to stop, as systems do, and gives the exit code.
func (i *instance) stop() (int, error) {
	if err := i.process.Process.Signal(syscall.SIGTERM); err != nil {
		return 0, err
	}
	select {
	case <-i.ended:
		return i.code, nil
	case <-time.After(patience):
		i.kill()
		return 0, fmt.Errorf("it does not stop:\n%s", i.log)
	}
}
