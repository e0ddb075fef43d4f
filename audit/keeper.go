package audit

import (
	"context"
	"sync"
)

// keeper is the goroutine for what need not be done at once: it seals the segments that are closed, and puts checkpoints
// on record in the other log.
type keeper struct {
	dir    string
	record func(signed []byte)

	closed chan struct{} // a segment was closed
	notes  chan []byte   // checkpoints
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

func (k *keeper) start(dir string, record func(signed []byte)) {
	k.dir, k.record = dir, record
	k.closed, k.notes = make(chan struct{}, 1), make(chan []byte, 16)
	ctx, cancel := context.WithCancel(context.Background())
	k.cancel = cancel
	k.look() // a seal may have been interrupted
	k.wg.Go(func() { k.run(ctx) })
}

func (k *keeper) run(ctx context.Context) {
	for {
		select {
		case <-k.closed:
			// What goes wrong here is tried again with the next segment, and nothing depends on it.
			_ = sealBehind(ctx, k.dir)
		case signed := <-k.notes:
			k.record(signed)
		case <-ctx.Done():
			for len(k.notes) > 0 {
				k.record(<-k.notes)
			}
			return
		}
	}
}

// look says that a segment was closed.
func (k *keeper) look() {
	select {
	case k.closed <- struct{}{}:
	default:
	}
}

// publish hands over a checkpoint. If many wait, it is left out: the next one says more.
func (k *keeper) publish(signed []byte) {
	select {
	case k.notes <- signed:
	default:
	}
}

// stop returns when what was handed over is done.
func (k *keeper) stop() {
	k.cancel()
	k.wg.Wait()
}
