// Package demo builds the small world that the demonstration shows, and moves
// its time. It uses the same functions as anybody: nothing is written behind
// the back of the rules.
package demo

import (
	"sync"
	"time"
)

// Clock is the real time, moved.
type Clock struct {
	lock  sync.Mutex
	moved time.Duration
}

// Now is the demo's time.
func (c *Clock) Now() time.Time {
	c.lock.Lock()
	defer c.lock.Unlock()
	return time.Now().Add(c.moved)
}

// Move moves it, forwards or back.
func (c *Clock) Move(by time.Duration) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.moved += by
}
