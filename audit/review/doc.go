// Package review is what people do about decisions: who may do what, which verdicts there are, and the [Desk], through
// which every verdict, note, assignment, exception, view and hold goes, and every look.
//
// The access log is the truth. A change is one record of that log, durable before anybody sees it, and the index
// projects it. The Desk holds what the log cannot: it refuses a change that the person may not make, that the state does
// not allow, that takes a second person, or whose text holds an identifier.
package review
