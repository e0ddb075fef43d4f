// Package review is what people do about decisions: who may do what, which verdicts there are, and the [Desk], through
// which every verdict, note, assignment, exception, view and hold goes, and every look.
//
// The access log is the truth. A change is one record of that log, durable before anybody sees it, and the index
// projects it. The Desk holds what the log cannot: it refuses a change that the person may not make, that the state does
// not allow, that takes a second person, or whose text holds an identifier.
//
// # What the projection must do
//
// Two processes may write to one log, and each of them has checked the state before its record was in the log. So the
// projection checks it again, in the order of the log, and a record that does not fit changes nothing: whoever was first
// stands, whoever reads the log. Only records with the outcome ok count.
//
//	kind       status of the record       fits                      makes it
//	verdict    decided, awaiting_second   open, assigned            that status, with verdict, by and reason
//	verdict    open                       awaiting_second, decided  open, without verdict
//	confirm    decided                    awaiting_second, and the  decided; the verdict stays that of the first person
//	           open                       actor gave no verdict     open, without verdict
//	assign     assigned                   open, assigned            assigned to the assignee
//	assign     open                       assigned                  open, without assignee
//	note       -                          any                       one more note
//
// A decision that nobody touched is open. An exception is requested once; it is approved or rejected while it is
// requested, by another person than the one who requested it; it is revoked while it is requested or approved. A view
// belongs to its owner and name, and the last record of it counts. A hold that is released stays so.
package review
