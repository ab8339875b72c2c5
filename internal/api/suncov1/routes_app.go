package suncov1

func (a *API) appRoutes() []route { return nil }
