package main

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
	"strconv"
	"syscall"
	"time"
)

// startPostgres starts a private cluster in a folder, reached through a socket
// there, and gives the address of an empty database. Unlike that of the tests
// it keeps PostgreSQL's own settings: every commit reaches the disk. It runs
// on the cores of the server that it serves.
func startPostgres(ctx context.Context, m machine, folder string) (string, error) {
	home := filepath.Join(folder, "pg")
	if err := os.Mkdir(home, 0o700); err != nil {
		return "", err
	}
	attributes := &syscall.SysProcAttr{}
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		who, err := unprivileged()
		if err != nil {
			return "", err
		}
		attributes.Credential = who
		if err := errors.Join(os.Chmod(folder, 0o755), os.Chown(home, int(who.Uid), int(who.Gid))); err != nil {
			return "", err
		}
	}
	initialise := exec.CommandContext(ctx, program("initdb"), "--pgdata", home+"/data", "--username", "postgres", "--auth", "trust",
		"--locale", "C", "--encoding", "UTF8")
	initialise.SysProcAttr, initialise.Dir = attributes, home
	if out, err := initialise.CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb: %w\n%s", err, out)
	}
	server := m.command(ctx, m.server, program("postgres"), "-D", home+"/data", "-k", home, "-c", "listen_addresses=",
		"-c", "fsync=on", "-c", "synchronous_commit=on")
	server.SysProcAttr.Credential, server.SysProcAttr.Pdeathsig, server.Dir = attributes.Credential, syscall.SIGINT, home
	server.Cancel = func() error { return server.Process.Signal(syscall.SIGINT) } // fast shutdown
	if err := server.Start(); err != nil {
		return "", err
	}
	address := "postgres:///postgres?user=postgres&host=" + url.QueryEscape(home)
	d, err := sql.Open("pgx", address)
	if err != nil {
		return "", err
	}
	defer func() { _ = d.Close() }()
	return address, await(ctx, 20*time.Second, func() error { return d.PingContext(ctx) })
}

// await asks again and again until there is no error.
func await(ctx context.Context, limit time.Duration, ask func() error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	ticker := time.NewTicker(100 * time.Microsecond)
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

// program finds a program of PostgreSQL, which Debian keeps out of PATH.
func program(name string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	if found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name); err == nil && len(found) > 0 {
		return found[len(found)-1]
	}
	return name
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
