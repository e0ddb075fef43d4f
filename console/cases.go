package console

func (c *Console) cases(r *request) (reply, error) { return c.notFound(r) }

func (c *Console) caseOne(r *request) (reply, error) { return c.notFound(r) }

func (c *Console) caseDecide(r *request) (reply, error) { return c.notFound(r) }
