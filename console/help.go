package console

func (c *Console) help(r *request) (reply, error) { return c.notFound(r) }
