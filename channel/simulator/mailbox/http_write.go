package mailbox

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/mail"

	"heliograph/channel/simulator"
)

// maxAnswer bounds what a person may write, files included.
const maxAnswer = 32 << 20

// answerBody is what a person writes, in JSON. Data of files is base64.
type answerBody struct {
	To      []string   `json:"to"` // of a new mail
	Text    string     `json:"text"`
	HTML    string     `json:"html"`
	Subject string     `json:"subject"`
	All     bool       `json:"all"`
	Quote   *bool      `json:"quote"` // none: true
	Files   []fileBody `json:"files"`
}

type fileBody struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Data   []byte `json:"data"`
	CID    string `json:"contentId"`
	Inline bool   `json:"inline"`
}

// readAnswer reads what a person writes. It is larger than other requests may be.
func readAnswer(w http.ResponseWriter, r *http.Request) (in answerBody, files []File, p *simulator.Problem) {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAnswer))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return in, nil, simulator.BadField(wrong.Field, "must not be a "+wrong.Value)
		}
		return in, nil, &simulator.Problem{Status: http.StatusBadRequest, Code: "bad_request", Message: "the body cannot be read: " + err.Error()}
	}
	for _, f := range in.Files {
		files = append(files, File{Name: f.Name, Type: f.Type, Data: f.Data, ContentID: f.CID, Inline: f.Inline})
	}
	if in.Text == "" && in.HTML == "" && len(files) == 0 {
		return in, nil, simulator.BadField("text", "is needed")
	}
	return in, files, nil
}

func (b *Boxes) postReply(w http.ResponseWriter, r *http.Request, m Mail) {
	in, files, p := readAnswer(w, r)
	if p == nil && m.Sent {
		p = simulator.BadField("id", "is a mail that this person sent")
	}
	if p == nil && len(m.Addresses("From"))+len(m.Addresses("Reply-To")) == 0 {
		p = &simulator.Problem{Status: http.StatusConflict, Code: "cannot_answer", Message: "the mail names nobody to answer"}
	}
	if p != nil {
		p.Write(w)
		return
	}
	writeSent(w, b.Reply(r.Context(), m, Answer{
		Text: in.Text, HTML: in.HTML, Subject: in.Subject, All: in.All, Quote: in.Quote == nil || *in.Quote, Files: files,
	}))
}

// postMail sends a new mail from a mailbox.
func (b *Boxes) postMail(w http.ResponseWriter, r *http.Request) {
	in, files, p := readAnswer(w, r)
	box := Normal(r.PathValue("address"))
	switch {
	case p != nil:
	case len(in.To) == 0:
		p = simulator.BadField("to", "is needed")
	case Bare(box) == "":
		p = simulator.BadField("address", "is not an e-mail address")
	}
	for _, to := range in.To {
		if _, err := mail.ParseAddress(to); err != nil && p == nil {
			p = simulator.BadField("to", "holds what is no e-mail address")
		}
	}
	if p != nil {
		p.Write(w)
		return
	}
	writeSent(w, b.send(r.Context(), Draft{
		From: box, To: in.To, Subject: in.Subject, Text: in.Text, HTML: in.HTML, Files: files,
		MessageID: "<" + b.o.ID() + "@" + domain(box) + ">", Date: b.o.Now(),
	}, box))
}

func writeSent(w http.ResponseWriter, s Sent) {
	simulator.WriteJSON(w, http.StatusCreated, map[string]any{"mail": s.Mail.Show(true), "told": s.Told})
}
