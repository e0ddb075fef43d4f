//go:build !linux

package main

import "time"

var started = time.Now()

// threadTime returns the time that passed: on this system the processor's time of a thread is not asked for.
func threadTime() time.Duration { return time.Since(started) }
