package suncov1

import "net/http"

func (a *API) mediaRoutes() []route {
	return []route{
		{method: http.MethodPost, path: "/attachments", scopes: forServers, status: http.StatusCreated, handle: a.createAttachment,
			op: op{tag: "Attachments", summary: "Upload a file", in: sourceForm{}, out: attachmentAnswer{}, form: true,
				doc: "Stores a file and tells its URL, for messages and for anything else. The part source of the form has the file. A file of the app's own stays until it is removed. One for a message (for=message) of a user goes with the message that shows it first, and with the user.",
				query: []param{
					{name: "access", doc: "public: whoever has the URL may read it. private: a credential of the app is needed as well, and no provider can read it by its URL. Needed."},
					{name: "for", doc: "message, or nothing."},
					{name: "userId", doc: "With for=message: whose conversation it is for."},
					{name: "appUserId", doc: "The same by the user's _id."},
				}}},
		{method: http.MethodPost, path: "/attachments/remove", scopes: forServers, handle: a.removeAttachment,
			op: op{tag: "Attachments", summary: "Remove a file", in: removeRequest{}, doc: "Messages that show it stay, without it."}},
		{method: http.MethodPost, path: "/appusers/{userId}/images", scopes: forAll, status: http.StatusCreated, handle: a.postImage,
			op: op{tag: "Attachments", summary: "Upload an image and post it", in: imageForm{}, out: postedJSON{}, form: true,
				doc: "An older way to send an image: it is stored, and posted as a message of the role."}},
	}
}

// sourceForm is a multipart body with a file.
type sourceForm struct {
	Source string `json:"source" doc:"The file." required:"true" format:"binary"`
}

// imageForm is a multipart body with an image and who sends it.
type imageForm struct {
	Source string `json:"source" doc:"The image." required:"true" format:"binary"`
	Role   string `json:"role" doc:"appMaker (the business) or appUser (the user)." required:"true"`
}

// attachmentAnswer tells where a file is.
type attachmentAnswer struct {
	MediaURL  string `json:"mediaUrl"`
	MediaType string `json:"mediaType"`
}

// removeRequest names a file.
type removeRequest struct {
	MediaURL string `json:"mediaUrl" doc:"What the upload answered." required:"true"`
}
