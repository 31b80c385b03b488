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

// postgres starts a private cluster, reached through a socket in its folder,
// and gives the address of an empty database. Unlike that of the tests
// it keeps PostgreSQL's own settings: every commit reaches the disk. It runs
// on the cores of the server that it serves.
func (b *bench) postgres(ctx context.Context) (string, error) {
	home := b.in("pg")
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
		if err := errors.Join(os.Chmod(b.folder, 0o755), os.Chown(home, int(who.Uid), int(who.Gid))); err != nil {
			return "", err
		}
	}
	initialise := exec.CommandContext(ctx, program("initdb"), "--pgdata", home+"/data", "--username", "postgres", "--auth", "trust",
		"--locale", "C", "--encoding", "UTF8")
	initialise.SysProcAttr, initialise.Dir = attributes, home
	if out, err := initialise.CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb: %w\n%s", err, out)
	}
	server := b.machine.command(ctx, b.machine.server, program("postgres"), "-D", home+"/data", "-k", home, "-c", "listen_addresses=",
		"-c", "fsync=on", "-c", "synchronous_commit=on")
	server.SysProcAttr.Credential, server.SysProcAttr.Pdeathsig, server.Dir = attributes.Credential, syscall.SIGINT, home
	server.Cancel = func() error { return server.Process.Signal(syscall.SIGINT) } // fast shutdown
	if err := server.Start(); err != nil {
		return "", err
	}
	b.children = append(b.children, server)
	address := "postgres:///postgres?user=postgres&host=" + url.QueryEscape(home)
	d, err := sql.Open("pgx", address)
	if err != nil {
		return "", err
	}
	defer func() { _ = d.Close() }()
	return address, await(ctx, 20*time.Second, func() error { return d.PingContext(ctx) })
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
