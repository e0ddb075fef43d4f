package console

import (
	"strings"

	"github.com/phigate/phigate/audit/review"
)

// reason is a code of the access log and what it means.
type reason struct{ Code, Words string }

// reasons are the codes that the access log has for how an access came about, or why it did not. They are those of the
// accounts, of the desk and of the log itself.
func reasons() []reason {
	return []reason{
		{"bad_password", "the password was wrong, or there is nobody of the name"},
		{"bad_code", "the six digits were wrong"},
		{"code_used", "the six digits were used before"},
		{"awaiting_code", "the password was right, the six digits were still to come"},
		{"locked", "too many attempts; the next ones have to wait"},
		{"disabled", "the account is disabled"},
		{"provider_error", "the identity provider did not let the person in, or could not be reached"},
		{"bad_state", "the answer of the identity provider was to no question of this browser"},
		{"bad_token", "what the identity provider sent could not be verified"},
		{"no_role", "none of the person's groups has a role here"},
		{"weak_authentication", "the identity provider did not ask for enough to prove who it is"},
		{"bad_name", "the identity provider's name for the person cannot be used here"},
		{"name_taken", "somebody else has the name already"},
		{"logout", "the person signed off"},
		{"idle", "nothing was asked for until the session ended"},
		{"absolute", "the session reached its longest time"},
		{"account_changed", "roles, password or state of the account changed"},
		{"replaced", "the person signed in anew"},
		{"logout_everywhere", "the person signed off everywhere"},
		{"provider_logout", "the identity provider ended the session"},
		{"not_signed_in", "nobody was signed in"},
		{review.ReasonPermission, "the role does not permit it"},
		{review.ReasonSamePerson, "it takes another person"},
		{review.ReasonGuard, "the text looked as if it held an identifier"},
		{"cross_origin", "the request came from another site"},
		{"bad_link", "the link is not good, or not any more"},
		{"link_made", "the link for the first account was made"},
		{"first_user", "the first account was made"},
		{"added", "somebody was invited"},
		{"joined", "the invitation was taken up"},
		{"role", "the roles were changed"},
		{"enabled", "the account was enabled again"},
		{"second_factor_reset", "password and second factor were forgotten"},
		{"password_changed", "the person chose a new password"},
		{"not_written", "the file of the accounts could not be written"},
		{"audit.checkpoint", "a checkpoint of the other log was signed"},
		{"audit.halt", "the log could not be written any more"},
		{"audit.resume", "the log can be written again"},
		{"audit.torn", "the end of the log was incomplete, as after a loss of power, and was cut off"},
		{"audit.rollback", "the log was shorter than it had been, and somebody took note of it"},
		{"audit.pruned", "records at the end of their retention were removed"},
	}
}

// reasonWords is a code of the access log in words.
func reasonWords(code string) string {
	for _, r := range reasons() {
		if r.Code == code {
			return r.Words
		}
	}
	return strings.ReplaceAll(code, "_", " ")
}
