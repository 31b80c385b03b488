package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// launch starts a program on the server's core, with one thread of Go.
func (b *bench) launch(ctx context.Context, command []string, change func(*exec.Cmd)) (*exec.Cmd, error) {
	child := b.machine.command(ctx, b.machine.server, command[0], command[1:]...)
	child.Env = append(child.Environ(), "GOMAXPROCS=1", "MAINFORTE_MAIL_FROM=bonjour@mainforte.example")
	if change != nil {
		change(child)
	}
	if err := child.Start(); err != nil {
		return nil, err
	}
	b.children = append(b.children, child)
	return child, nil
}

func (b *bench) stop(child *exec.Cmd) {
	_ = child.Process.Kill()
	_ = child.Wait() // killed
	b.children = slices.DeleteFunc(b.children, func(c *exec.Cmd) bool { return c == child })
}

// server starts the process that is measured. Its log goes to a file: the
// product writes a line for each request.
func (b *bench) server(ctx context.Context, path string) (addresses, error) {
	var at addresses
	self, err := os.Executable()
	if err != nil {
		return at, err
	}
	log, err := os.Create(b.in("log"))
	if err != nil {
		return at, err
	}
	defer func() { _ = log.Close() }() // the child has its own
	out, to, err := os.Pipe()
	if err != nil {
		return at, err
	}
	defer func() { _ = out.Close() }()
	_, err = b.launch(ctx, []string{self, "serve", path}, func(child *exec.Cmd) {
		child.Stdout, child.Stderr = to, log
	})
	_ = to.Close() // the child has its own
	if err != nil {
		return at, err
	}
	told, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		text, _ := os.ReadFile(log.Name())
		return at, fmt.Errorf("the server does not start: %w\n%s", err, text)
	}
	return at, json.Unmarshal(told, &at)
}

// bare starts the bare server with the product's answer to a request, and
// gives its address.
func (b *bench) bare(ctx context.Context, name, of string) (string, error) {
	a, err := get(ctx, of)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(a)
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(b.in(name), text, 0o600); err != nil {
		return "", err
	}
	at, err := free()
	if err != nil {
		return "", err
	}
	_, _, err = b.firstPage(ctx, "http://"+at, []string{b.in("bare"), at, b.in(name)})
	return "http://" + at, err
}

// firstPage starts a program and tells how long it took until it answered.
func (b *bench) firstPage(ctx context.Context, url string, command []string) (*exec.Cmd, time.Duration, error) {
	begun := time.Now()
	child, err := b.launch(ctx, command, nil)
	if err != nil {
		return nil, 0, err
	}
	err = await(ctx, 20*time.Second, func() error {
		_, err := get(ctx, url)
		return err
	})
	return child, time.Since(begun), err
}

// answer is what is answered to a GET: Answer of the program bare.
type answer struct {
	Header http.Header
	Body   []byte
}

// plain asks for pages that are not compressed, each on its own connection:
// several servers follow each other at one address.
var plain = &http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}}

func get(ctx context.Context, url string) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return answer{}, err
	}
	response, err := plain.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return answer{}, fmt.Errorf("GET %s: %s", url, response.Status)
	}
	response.Header.Del("Date")
	response.Header.Del("Connection")
	body, err := io.ReadAll(response.Body)
	return answer{response.Header, body}, err
}

// alike checks that the product and the hand-written page answer the same.
func (b *bench) alike(ctx context.Context, at addresses, path string) error {
	product, err := get(ctx, at.Product+path)
	if err != nil {
		return err
	}
	byHand, err := get(ctx, at.Hand+path)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(product.Header, byHand.Header) {
		return fmt.Errorf("the headers differ:\n%v\nby hand:\n%v", product.Header, byHand.Header)
	}
	if !bytes.Equal(product.Body, byHand.Body) {
		same := 0
		for same < min(len(product.Body), len(byHand.Body)) && product.Body[same] == byHand.Body[same] {
			same++
		}
		from := max(0, same-60)
		return fmt.Errorf("the pages differ: test/bench/hand no longer says what the product says\n…%.160q\nby hand:\n…%.160q",
			product.Body[from:], byHand.Body[from:])
	}
	return nil
}

// memory is what a process holds that is no file, in MiB.
func memory(child *exec.Cmd) (float64, error) {
	kilobytes, _, _ := strings.Cut(line(fmt.Sprintf("/proc/%d/status", child.Process.Pid), "RssAnon:"), " ")
	n, err := strconv.ParseFloat(kilobytes, 64)
	return n / 1024, err
}

// free gives an address of this machine where nobody listens.
func free() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// await asks again and again until there is no error.
func await(ctx context.Context, limit time.Duration, ask func() error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	ticker := time.NewTicker(200 * time.Microsecond)
	defer ticker.Stop()
	for {
		err := ask()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no answer: %w", err)
		case <-ticker.C:
		}
	}
}
