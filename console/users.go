package console

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
	"github.com/phigate/phigate/console/auth"
)

// usersPage is what users.html shows.
type usersPage struct {
	Now     time.Time
	People  []userView
	Roles   []roleChoice
	Invite  *invitation // of who was just invited; shown once
	Form    inviteForm
	Error   string // why the last change of a person was refused
	Failed  string // the name of that person
	Unknown bool   // the accounts cannot be read
	Find    string // what names are narrowed to
	All     int    // accounts there are
	More    int    // that fit and are not on the page
}

// mostPeople is how many accounts the page has. Who looks for another one narrows the list.
const mostPeople = 200

// userView is a person with what can be done about them.
type userView struct {
	auth.User
	Self    bool
	Local   bool
	State   string
	Tag     string
	Dormant bool
	Roles   []roleChoice // with theirs chosen
	Role    string       // theirs, in words
}

// roleChoice is a role that can be given.
type roleChoice struct {
	Name, Title, Does string
	On                bool
}

// inviteForm is the form for a new person, with what was typed before it was refused.
type inviteForm struct {
	Name, Display string
	Error         string
}

// invitation is a link that works once.
type invitation struct {
	Name, Link string
	Renewed    bool // it replaces a password and a second factor
}

// users lists the people of the console.
func (c *Console) users(r *request) (reply, error) {
	return c.showUsers(c.usersPage(r), 0), nil
}

func (c *Console) showUsers(page *usersPage, status int) reply {
	answer := show("users", "People", look{audit.AccessSearch, "users", page.Find, len(page.People)}, page)
	answer.status, answer.section = status, "/users"
	return answer
}

// usersPage collects the people.
func (c *Console) usersPage(r *request) *usersPage {
	page := &usersPage{Now: r.now, Roles: roleChoices(""), Find: strings.TrimSpace(r.URL.Query().Get("find"))}
	all := c.cfg.Auth.Users()
	page.All, page.Unknown = len(all), len(all) == 0
	for _, u := range all {
		switch {
		case !strings.Contains(strings.ToLower(u.Name+"\n"+u.Display), strings.ToLower(page.Find)):
		case len(page.People) == mostPeople:
			page.More++
		default:
			page.People = append(page.People, rowOfUser(r, u))
		}
	}
	return page
}

// rowOfUser makes a row of the list.
func rowOfUser(r *request, u auth.User) userView {
	v := userView{User: u, Self: u.Name == r.actor.User, Local: u.Source == "local", Roles: roleChoices(u.Role), Role: roleWords(u.Role), Tag: "tag tag-allow", State: "active"}
	switch {
	case u.Disabled:
		v.State, v.Tag = "disabled", "tag tag-block"
	case v.Local && !u.Second && u.Invited.After(r.now):
		v.State, v.Tag = "invited, "+left(r.now, u.Invited), "tag tag-alert"
	case v.Local && !u.Second:
		v.State, v.Tag = "invitation ran out", "tag tag-mask"
	}
	seen := u.LastLogin
	if seen.IsZero() {
		seen = u.Created
	}
	v.Dormant = !u.Disabled && r.now.Sub(seen) > dormantAfter
	return v
}

// roleChoices are all roles, with those in role chosen.
func roleChoices(role review.Role) []roleChoice {
	var list []roleChoice
	for _, one := range review.Roles() {
		list = append(list, roleChoice{Name: string(one), Title: roleWords(one), Does: roleDoes(one), On: slices.Contains(role.Each(), one)})
	}
	return list
}

// roleWords are roles as people read them: "lead, user admin".
func roleWords(role review.Role) string {
	return strings.ReplaceAll(strings.ReplaceAll(string(role), "_", " "), ",", ", ")
}

// roleDoes says what a role is for.
func roleDoes(role review.Role) string {
	switch role {
	case review.Viewer:
		return "sees totals and what moves where, no single decision"
	case review.Analyst:
		return "works through the queue"
	case review.Lead:
		return "answers for the queue: many at once, cases, exceptions"
	case review.PolicyAdmin:
		return "answers for the policy: exceptions, no verdicts, no fingerprints"
	case review.Auditor:
		return "sees everything, the access log too; changes only holds"
	case review.UserAdmin:
		return "manages people, sees nothing of the traffic"
	}
	return ""
}

// chosenRole joins the roles that were ticked. It is empty if none was; what is no role is left out.
func chosenRole(r *request) review.Role {
	var roles []review.Role
	for _, name := range r.PostForm["role"] {
		roles = append(roles, review.Role(name))
	}
	return review.Join(roles...)
}

// userRefused says in words why a change of people was not made. It is false for what nobody foresaw.
func userRefused(err error) (string, bool) {
	switch {
	case errors.Is(err, auth.ErrLastAdmin):
		return "Nobody would be left who can manage people. Give somebody else the role first.", true
	case errors.Is(err, auth.ErrElsewhere):
		return "The identity provider manages this person: change the groups there.", true
	case errors.Is(err, auth.ErrTaken):
		return "The name is somebody's already.", true
	case errors.Is(err, auth.ErrName):
		return sentence(err.Error()), true
	case errors.Is(err, auth.ErrUser):
		return "There is nobody of that name.", true
	}
	return "", false
}

// userInvite makes a person and shows the link for them, once.
func (c *Console) userInvite(r *request) (reply, error) {
	form := inviteForm{Name: strings.TrimSpace(r.PostForm.Get("name")), Display: strings.TrimSpace(r.PostForm.Get("display"))}
	role := chosenRole(r)
	var link string
	var err error
	if role == "" {
		form.Error = "Choose at least one role."
	} else if link, err = c.cfg.Auth.AddUser(r.Context(), r.actor, form.Name, form.Display, role); err != nil {
		var ok bool
		if form.Error, ok = userRefused(err); !ok {
			return reply{}, userError(err)
		}
	}
	page := c.usersPage(r)
	if form.Error != "" {
		page.Form, page.Roles = form, roleChoices(role)
		return c.showUsers(page, http.StatusUnprocessableEntity), nil
	}
	page.Invite = &invitation{Name: form.Name, Link: r.origin() + link}
	return c.showUsers(page, 0), nil
}

// origin is where the browser is, as it said itself; it is checked before any form is taken.
func (r *request) origin() string {
	if origin := r.Header.Get("Origin"); strings.HasPrefix(origin, "http") {
		return origin
	}
	return "https://" + r.Host
}

// userError tells the errors of the accounts as those of the desk, so that a page says what happened.
func userError(err error) error {
	if errors.Is(err, auth.ErrDenied) {
		return errors.Join(review.ErrDenied, err)
	}
	return err
}

// userRole changes what a person may do.
func (c *Console) userRole(r *request) (reply, error) {
	role := chosenRole(r)
	if role == "" {
		return c.userDone(r, auth.ErrName, "Choose at least one role.")
	}
	return c.userDone(r, c.cfg.Auth.SetRole(r.Context(), r.actor, r.PostForm.Get("who"), role), "")
}

// userDisable lets a person in no more, userEnable does again.
func (c *Console) userDisable(r *request) (reply, error) { return c.userSwitch(r, c.cfg.Auth.Disable) }

func (c *Console) userEnable(r *request) (reply, error) { return c.userSwitch(r, c.cfg.Auth.Enable) }

func (c *Console) userSwitch(r *request, change func(context.Context, review.Actor, string) error) (reply, error) {
	return c.userDone(r, change(r.Context(), r.actor, r.PostForm.Get("who")), "")
}

// userReset forgets a person's password and second factor and shows the link to choose new ones, once.
func (c *Console) userReset(r *request) (reply, error) {
	link, err := c.cfg.Auth.ResetSecond(r.Context(), r.actor, r.PostForm.Get("who"))
	if err != nil {
		return c.userDone(r, err, "")
	}
	page := c.usersPage(r)
	page.Invite = &invitation{Name: r.PostForm.Get("who"), Link: r.origin() + link, Renewed: true}
	return c.showUsers(page, 0), nil
}

// userDone answers a form about one person. text is what to say instead of what the error means.
func (c *Console) userDone(r *request, err error, text string) (reply, error) {
	if err == nil {
		return seeOther("/users", "saved", 0), nil
	}
	if text == "" {
		var ok bool
		if text, ok = userRefused(err); !ok {
			return reply{}, userError(err)
		}
	}
	page := c.usersPage(r)
	page.Error, page.Failed = text, r.PostForm.Get("who")
	return c.showUsers(page, http.StatusUnprocessableEntity), nil
}
