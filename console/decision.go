package console

func (c *Console) decision(r *request) (reply, error) { return c.notFound(r) }

func (c *Console) decisionRecord(r *request) (reply, error) { return c.notFound(r) }

func (c *Console) decisionProof(r *request) (reply, error) { return c.notFound(r) }

func (c *Console) decide(r *request) (reply, error) { return c.notFound(r) }

func (c *Console) confirm(r *request) (reply, error) { return c.notFound(r) }

func (c *Console) reopen(r *request) (reply, error) { return c.notFound(r) }

func (c *Console) assign(r *request) (reply, error) { return c.notFound(r) }

func (c *Console) note(r *request) (reply, error) { return c.notFound(r) }
