"""minutebook: from what an incident left behind to its evidence timeline, impact and users."""
