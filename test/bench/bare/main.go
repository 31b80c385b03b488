// Command bare is the least that a Go server can be: it answers every request
// with the same headers and the same bytes. The bench holds the product
// against it, for pages and for the time to start.
//
//	bare ADDRESS FILE
//
// FILE holds an Answer in JSON.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"time"
)

// Answer is what is answered.
type Answer struct {
	Header http.Header
	Body   []byte
}

func main() {
	if err := serve(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "bare:", err)
		os.Exit(1)
	}
}

func serve(address, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var a Answer
	if err := json.Unmarshal(text, &a); err != nil {
		return err
	}
	server := &http.Server{ // the product's limits: each costs a little
		Addr: address, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			header := w.Header()
			for name, values := range a.Header {
				header[name] = values
			}
			_, _ = w.Write(a.Body)
		}),
	}
	return server.ListenAndServe()
}
