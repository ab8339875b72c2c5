package mime_test

import (
	"testing"

	"heliograph/channel/mime"
)

// TestStripped goes through what mail programs write around an answer.
func TestStripped(t *testing.T) {
	t.Parallel()
	const said = "Yes, please.\n\nTuesday works."
	for name, text := range map[string]string{
		"nothing to strip":      said,
		"Gmail, English":        said + "\n\nOn Fri, Nov 20, 2026 at 10:00 AM Shop <shop@mail.example> wrote:\n\n> Hi Ana,\n> when?\n>\n> Shop\n",
		"Gmail, wrapped":        said + "\n\nOn Fri, Nov 20, 2026 at 10:00 AM A Very Long Name Of Some Shop <\nc+0193@mail.example> wrote:\n\n> Hi\n",
		"Gmail, close":          said + "\nOn Fri, Nov 20, 2026 at 10:00 AM Shop <shop@mail.example> wrote:\n> Hi\n",
		"Gmail, German":         said + "\n\nAm Fr., 20. Nov. 2026 um 10:00 Uhr schrieb Shop <shop@mail.example>:\n\n> Hallo\n",
		"Gmail, French":         said + "\r\n\r\nLe ven. 20 nov. 2026 à 10:00, Shop <shop@mail.example> a écrit\u00a0:\r\n\r\n> Bonjour\r\n",
		"Gmail, Spanish":        said + "\n\nEl vie, 20 nov 2026 a las 10:00, Shop (<shop@mail.example>) escribió:\n\n> Hola\n",
		"Gmail, Polish":         said + "\n\npt., 20 lis 2026 o 10:00 Shop <shop@mail.example> napisał(a):\n\n> Witam\n",
		"Gmail, Italian":        said + "\n\nIl giorno ven 20 nov 2026 alle ore 10:00 Shop <shop@mail.example> ha scritto:\n\n> Ciao\n",
		"Apple Mail, English":   said + "\n\n> On 20 Nov 2026, at 10:00, Shop <shop@mail.example> wrote:\n> \n> Hi Ana\n",
		"Apple Mail, German":    said + "\n\n> Am 20.11.2026 um 10:00 schrieb Shop <shop@mail.example>:\n> \n> Hallo\n",
		"Apple Mail, French":    said + "\n\n> Le 20 nov. 2026 à 10:00, Shop <shop@mail.example> a écrit :\n> \n> Bonjour\n",
		"Apple Mail, Spanish":   said + "\n\n> El 20 nov 2026, a las 10:00, Shop <shop@mail.example> escribió:\n> \n> Hola\n",
		"iPhone":                said + "\n\nSent from my iPhone\n\n> On Nov 20, 2026, at 10:00 AM, Shop <shop@mail.example> wrote:\n> \n> \ufeffHi\n",
		"iPhone, German":        said + "\n\nVon meinem iPhone gesendet\n\n> Am 20.11.2026 um 10:00 schrieb Shop <shop@mail.example>:\n> \n> \ufeffHallo\n",
		"iPhone, French":        said + "\n\nEnvoyé de mon iPhone\n\n> Le 20 nov. 2026 à 10:00, Shop <shop@mail.example> a écrit :\n> \n> \ufeffBonjour\n",
		"iPhone, Spanish":       said + "\n\nEnviado desde mi iPhone\n\n> El 20 nov 2026, a las 10:00, Shop <shop@mail.example> escribió:\n> \n> \ufeffHola\n",
		"Samsung":               said + "\n\nSent from my Galaxy\n\n\n-------- Original message --------\nFrom: Shop <shop@mail.example>\nDate: 11/20/26 10:00 (GMT+00:00)\nTo: ana@e.test\nSubject: Hi\n\nHi Ana\n",
		"Outlook, English":      said + "\n\nFrom: Shop <shop@mail.example>\nSent: Friday, November 20, 2026 10:00 AM\nTo: Ana Lee <ana@e.test>\nSubject: Hi\n\nHi Ana,\nwhen?\n",
		"Outlook, German":       said + "\n\nVon: Shop <shop@mail.example>\nGesendet: Freitag, 20. November 2026 10:00\nAn: Ana Lee <ana@e.test>\nBetreff: Hallo\n\nHallo Ana\n",
		"Outlook, French":       said + "\n\nDe : Shop <shop@mail.example>\nEnvoyé : vendredi 20 novembre 2026 10:00\nÀ : Ana Lee <ana@e.test>\nObjet : Bonjour\n\nBonjour\n",
		"Outlook, Spanish":      said + "\n\nDe: Shop <shop@mail.example>\nEnviado el: viernes, 20 de noviembre de 2026 10:00\nPara: Ana Lee <ana@e.test>\nAsunto: Hola\n\nHola\n",
		"Outlook, with a line":  said + "\n________________________________\nFrom: Shop <shop@mail.example>\nSent: Friday, November 20, 2026 10:00 AM\nTo: Ana\nSubject: Hi\n\nHi\n",
		"Outlook, bold":         said + "\n\n*From:* Shop <shop@mail.example>\n*Sent:* Friday, November 20, 2026\n*To:* Ana\n*Subject:* Hi\n\nHi\n",
		"Outlook, old":          said + "\n\n-----Original Message-----\nFrom: Shop\nHi\n",
		"Outlook, old, German":  said + "\n\n-----Ursprüngliche Nachricht-----\nVon: Shop\nHallo\n",
		"Outlook, old, French":  said + "\n\n-----Message d'origine-----\nDe : Shop\nBonjour\n",
		"Outlook, old, Spanish": said + "\n\n-----Mensaje original-----\nDe: Shop\nHola\n",
		"Outlook, phone":        said + "\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\nFrom: Shop <shop@mail.example>\nSent: Friday\nTo: Ana\nSubject: Hi\n\nHi\n",
		"Thunderbird":           said + "\n\nOn 11/20/26 10:00, Shop wrote:\n> Hi Ana\n> when?\n",
		"Thunderbird, German":   said + "\n\nAm 20.11.26 um 10:00 schrieb Shop:\n> Hallo\n",
		"Yahoo":                 said + "\n\n    On Friday, November 20, 2026 at 10:00:00 AM UTC, Shop <shop@mail.example> wrote:  \n \n Hi Ana\n",
		"below the quote":       "On Fri, Nov 20, 2026 at 10:00 AM Shop <shop@mail.example> wrote:\n> Hi Ana\n> when?\n\n" + said,
		"a signature":           said + "\n\n-- \nAna Lee\nLee Ltd\n",
		"signature and quote":   said + "\n\n-- \nAna Lee\n\nOn Fri, Nov 20, 2026 at 10:00 AM Shop <shop@mail.example> wrote:\n> Hi\n",
	} {
		if got := mime.Stripped(text); got != said {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestStrippedKeeps: what looks like a quote and is none must not be lost.
func TestStrippedKeeps(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"As my boss wrote:\nwe need 3.":                    "",
		"On the box it wrote:\nfragile":                    "",
		"From: my point of view it is fine.\nThanks":       "",
		"Am Montag komme ich an.\nBitte um 10:00 warten.":  "",
		"Le colis est arrivé à 10:00 :\nmerci":             "",
		"I need:\n- one\n- two":                            "",
		"Call me at 10:30:\n+1 555":                        "",
		"Sent from my office the parcel took 3 days.\nBye": "",
		"> only a quote":                                   "",
		"-----Original Message-----\nFrom: Shop\nHi":       "",
		"first\n> quoted\nsecond\n> more\nthird":           "first\n\nsecond\n\nthird",
		"a\n\n\n\nb":                                       "a\n\nb",
	} {
		if want == "" {
			want = in
		}
		if got := mime.Stripped(in); got != want {
			t.Errorf("%q becomes %q", in, got)
		}
	}
}

func FuzzStripped(f *testing.F) {
	f.Add("Yes\n\nOn Fri, Nov 20, 2026 at 10:00 AM Shop <a@b.test> wrote:\n> Hi")
	f.Add("From: a\nSent: b\nTo: c\n")
	f.Fuzz(func(t *testing.T, s string) {
		once := mime.Stripped(s)
		if len(once) > len(s)+1 {
			t.Errorf("%q grew to %q", s, once)
		}
	})
}
