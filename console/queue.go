package console

func (c *Console) queue(r *request) (reply, error) { return c.notFound(r) }

func (c *Console) queueDecide(r *request) (reply, error) { return c.notFound(r) }

func (c *Console) queueAssign(r *request) (reply, error) { return c.notFound(r) }

func (c *Console) saveView(r *request) (reply, error) { return c.notFound(r) }

func (c *Console) deleteView(r *request) (reply, error) { return c.notFound(r) }

func (c *Console) search(r *request) (reply, error) { return c.notFound(r) }
