package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A cluster of PostgreSQL of this test binary's own: nothing durable, reached
// through a socket in its folder, and stopped when the binary ends, however it
// ends.
type cluster struct{ folder string }

var startOnce = sync.OnceValues(startCluster)

func createDatabase(t testing.TB, name string) string {
	t.Helper()
	c, err := startOnce()
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("PostgreSQL: %v", err)
		}
		t.Skipf("PostgreSQL: %v (make deps installs it)", err)
	}
	server, err := sql.Open("pgx", c.address("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	if _, err := server.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return c.address(name)
}

func (c cluster) address(database string) string {
	return "postgres:///" + database + "?user=postgres&host=" + url.QueryEscape(c.folder)
}

// scratch is the folder of this test binary, kept short because a socket's
// address may have 107 bytes. What earlier binaries left is swept: a test
// binary has no last moment in which it could.
var scratch = sync.OnceValues(func() (string, error) {
	const prefix = "mainforte-test-"
	old, err := filepath.Glob(filepath.Join(os.TempDir(), prefix+"*"))
	if err != nil {
		return "", err
	}
	for _, folder := range old {
		pid, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(folder), prefix), "-")
		if n, err := strconv.Atoi(pid); err == nil && errors.Is(syscall.Kill(n, 0), syscall.ESRCH) {
			_ = os.RemoveAll(folder)
		}
	}
	return os.MkdirTemp("", fmt.Sprintf("%s%d-", prefix, os.Getpid()))
})

func startCluster() (cluster, error) {
	initdb, err := find("initdb")
	if err != nil {
		return cluster{}, err
	}
	postgres, err := find("postgres")
	if err != nil {
		return cluster{}, err
	}
	folder, err := scratch()
	if err != nil {
		return cluster{}, err
	}
	attributes := &syscall.SysProcAttr{}
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		attributes.Credential, err = unprivileged()
		if err != nil {
			return cluster{}, err
		}
		if err := os.Chmod(folder, 0o755); err != nil {
			return cluster{}, err
		}
	}
	c := cluster{filepath.Join(folder, "pg")}
	if err := os.Mkdir(c.folder, 0o700); err != nil {
		return cluster{}, err
	}
	if attributes.Credential != nil {
		if err := os.Chown(c.folder, int(attributes.Credential.Uid), int(attributes.Credential.Gid)); err != nil {
			return cluster{}, err
		}
	}
	data := filepath.Join(c.folder, "data")
	initialise := exec.Command(initdb, "--pgdata", data, "--username", "postgres", "--auth", "trust", "--locale", "C", "--encoding", "UTF8", "--no-sync")
	initialise.SysProcAttr, initialise.Dir = attributes, c.folder
	if out, err := initialise.CombinedOutput(); err != nil {
		return cluster{}, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	started := make(chan error, 1)
	go func() {
		// The signal at our death is tied to the thread that started the
		// server, so that thread must live as long as we do.
		runtime.LockOSThread()
		serve := *attributes
		serve.Pdeathsig = syscall.SIGINT // fast shutdown
		server := exec.Command(postgres, "-D", data, "-k", c.folder, "-c", "listen_addresses=", "-c", "fsync=off",
			"-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "shared_buffers=64MB", "-c", "max_connections=200")
		server.SysProcAttr, server.Dir = &serve, c.folder
		err := server.Start()
		started <- err
		if err == nil {
			_ = server.Wait()
		}
		select {} // keep the thread
	}()
	if err := <-started; err != nil {
		return cluster{}, err
	}
	return c, c.await()
}

// await asks until the server answers.
func (c cluster) await() error {
	server, err := sql.Open("pgx", c.address("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = server.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := server.PingContext(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w", err)
		case <-ticker.C:
		}
	}
}

// find looks in the path, then where Debian keeps the servers, newest first.
func find(program string) (string, error) {
	versions, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + program)
	if err != nil {
		return "", err
	}
	if len(versions) > 0 {
		return slices.MaxFunc(versions, func(a, b string) int { return len(a) - len(b) + strings.Compare(a, b) }), nil
	}
	return exec.LookPath(program)
}

func unprivileged() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		who, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(who.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(who.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("no unprivileged user to run PostgreSQL as")
}
