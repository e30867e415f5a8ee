"""What the worker does for the trail."""

import logging

from procrastinate.contrib.django import app

from trail.upkeep import prune

logger = logging.getLogger(__name__)


@app.periodic(cron="41 3 * * *")
@app.task(name="prune_trail", queueing_lock="prune_trail")
def prune_trail(timestamp: int) -> None:
    """Every night: events that are older than the trail keeps them."""
    if removed := prune():
        logger.info("Removed %d old audit events", removed)
