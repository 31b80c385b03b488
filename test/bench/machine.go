package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// machine says where the figures were taken, and on which core each side runs.
type machine struct {
	// server and load are lists of cores for taskset; empty where there are
	// not two, or no taskset.
	server, load string
}

// split gives the server the first core that this process may use and the
// load the second.
func split() machine {
	if _, err := exec.LookPath("taskset"); err != nil {
		return machine{}
	}
	var cores []string
	for part := range strings.SplitSeq(line("/proc/self/status", "Cpus_allowed_list:"), ",") {
		first, last, _ := strings.Cut(part, "-")
		from, err := strconv.Atoi(first)
		if err != nil {
			continue
		}
		to, err := strconv.Atoi(last)
		if err != nil {
			to = from
		}
		for core := from; core <= to; core++ {
			cores = append(cores, strconv.Itoa(core))
		}
	}
	if len(cores) < 2 {
		return machine{}
	}
	return machine{server: cores[0], load: cores[1]}
}

// command is a command on some cores, which ends when the bench does.
func (m machine) command(ctx context.Context, cores, name string, args ...string) *exec.Cmd {
	if cores != "" {
		args = append([]string{"-c", cores, name}, args...)
		name = "taskset"
	}
	command := exec.CommandContext(ctx, name, args...)
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return command
}

// String describes the machine, a fact a line.
func (m machine) String() string {
	kernel, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		kernel = []byte(runtime.GOOS)
	}
	kilobytes, _, _ := strings.Cut(line("/proc/meminfo", "MemTotal:"), " ")
	memory, err := strconv.Atoi(kilobytes)
	if err != nil {
		memory = 0
	}
	load, _, _ := strings.Cut(line("/proc/loadavg", ""), " ")
	cores := fmt.Sprintf("the server (and PostgreSQL) on core %s, wrk on core %s", m.server, m.load)
	if m.server == "" {
		cores = "NOT pinned: the server and wrk share what there is, which blurs every figure"
	}
	return fmt.Sprintf("%s × %d, %.1f GiB; load %s before\n%s, Linux %s, %s\n%s\n",
		line("/proc/cpuinfo", "model name\t:"), runtime.NumCPU(), float64(memory)/(1<<20), load,
		strings.Trim(line("/etc/os-release", "PRETTY_NAME="), `"`), strings.TrimSpace(string(kernel)), runtime.Version(), cores)
}

// line gives the rest of the first line of a file that begins so.
func line(file, begin string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for l := range strings.SplitSeq(string(text), "\n") {
		if rest, ok := strings.CutPrefix(l, begin); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

// inMemory tells whether a folder is in memory, where keeping data costs
// nothing.
func inMemory(folder string) bool {
	const tmpfs = 0x01021994 // statfs(2)
	var s syscall.Statfs_t
	return syscall.Statfs(folder, &s) == nil && s.Type == tmpfs
}
