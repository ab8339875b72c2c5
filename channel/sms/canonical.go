package sms

import "strings"

// A few countries have changed how their mobile numbers are written, and the
// spelling before the change is still in address books and in what networks
// report. Two questions follow, with different answers:
//
// Which spellings may be sent to? Normalise replaces a spelling that no network
// connects any more by its successor, where the regulator's rule leaves exactly
// one and the old spelling can be nobody else's number. Everything else is sent
// as it was written: a wrong guess sends somebody's code to a stranger.
//
// Which spellings are one person? Canonical answers that, for comparing alone.
// It also joins what is not safe to send to.
//
// The rules:
//
//	Brazil     +55 AA NNNN-NNNN, mobile (first N 6 to 9)  → +55 AA 9NNNN-NNNN
//	           Anatel, Resolução 553/2010; the last states followed on 6 November
//	           2016. Calls and messages to eight digits are no longer connected.
//	           Landlines begin with 2 to 5 and kept eight. So did the trunked radio
//	           of those days, in ranges that began with 7: it was switched off in
//	           2018, and the nine-digit number may have been given to somebody
//	           else since. So 7 is joined, but not sent to.
//	Mexico     +52 1 NNNNNNNNNN                            → +52 NNNNNNNNNN
//	           Plan Técnico Fundamental de Numeración (DOF, 11 May 2018), in force
//	           since 3 August 2019: ten digits, without 1, 044 or 045. No number
//	           has eleven, and none begins with 1.
//	Argentina  +54 [9] AREA 15 NUMBER                      → +54 9 AREA NUMBER
//	           Plan Fundamental de Numeración Nacional (Resolución SC 46/97). 15 is
//	           dialled within the country and 9 from abroad, never both. Area and
//	           number have ten digits, so that twelve can be nothing else.
//	           +54 AREA NUMBER without the 9 stays as it is: it may be a landline.

// Canonical returns the one spelling under which numbers are compared. e164 is
// what Normalise returned, or the same as a network spelled it. What comes out
// need not be fit to send to: that is what Normalise is for. Anything that is
// not a number in E.164 is returned as it is.
func Canonical(e164 string) string {
	if !isE164(e164) {
		return e164
	}
	return current(e164, true)
}

// current replaces a spelling that is out of use; compare adds what is safe to
// compare but not to send to.
func current(e164 string, compare bool) string {
	switch {
	case e164[1] != '5':
		return e164
	case e164[2] == '5' && len(e164) == len("+55AANNNNNNNN") && brazilian(e164[3:], compare):
		return e164[:5] + "9" + e164[5:]
	case e164[2] == '2' && len(e164) == len("+521NNNNNNNNNN") && e164[3] == '1' && e164[4] > '1':
		return "+52" + e164[4:]
	case e164[2] == '4':
		if n, ok := argentine(e164[3:]); ok {
			return "+549" + n
		}
	}
	return e164
}

// brazilian reports whether a national number of ten digits is a mobile's
// without its ninth digit. Area codes have no zero.
func brazilian(n string, compare bool) bool {
	return n[0] != '0' && n[1] != '0' && n[2] >= '6' && (n[2] != '7' || compare)
}

// argentine returns area and number of a national number that has the 15.
func argentine(n string) (string, bool) {
	if len(n) == len("9AAAA15NNNNNN") && n[0] == '9' {
		n = n[1:]
	}
	if len(n) != len("AAAA15NNNNNN") {
		return "", false
	}
	area := areaDigits(n)
	if area == 0 || n[area:area+2] != "15" {
		return "", false
	}
	return n[:area] + n[area+2:], true
}

// areasOfThree are the area codes of Argentina that have three digits. Buenos
// Aires has 11; all others have four, and begin with 2 or 3.
const areasOfThree = " 220 221 223 230 236 237 249 260 261 263 264 266 280 291 294 297 298 299 " +
	"336 341 342 343 345 348 351 353 358 362 364 370 376 379 380 381 383 385 387 388 "

// areaDigits returns how long the area code is that n begins with; 0 for none.
func areaDigits(n string) int {
	switch {
	case n[:2] == "11":
		return 2
	case strings.Contains(areasOfThree, " "+n[:3]+" "):
		return 3
	case n[0] == '2' || n[0] == '3':
		return 4
	}
	return 0
}
