package db

import (
	"context"
	"sync"
)

// Tally counts the statements run under a context, so that a test can say
// what a page costs.
type Tally struct {
	lock  sync.Mutex
	names []string
}

type tallyKey struct{}

// WithTally gives a context whose statements are counted.
func WithTally(ctx context.Context) (context.Context, *Tally) {
	t := &Tally{}
	return context.WithValue(ctx, tallyKey{}, t), t
}

// Names lists the statements run so far, in order.
func (t *Tally) Names() []string {
	t.lock.Lock()
	defer t.lock.Unlock()
	return append([]string(nil), t.names...)
}

func count(ctx context.Context, s *Statement) {
	if t, ok := ctx.Value(tallyKey{}).(*Tally); ok {
		t.lock.Lock()
		t.names = append(t.names, s.Name)
		t.lock.Unlock()
	}
}
