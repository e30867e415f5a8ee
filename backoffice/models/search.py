"""What the search of entries reads: kept by triggers, so that no way of writing misses it."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from waitlist.models import WaitlistEntry


class SearchDocument(models.Model):
    """An entry as it is looked for, with the person of its latest sign-up. Written by the database only."""

    entry = models.OneToOneField(WaitlistEntry, models.CASCADE, primary_key=True, related_name="search_document")
    person_name = models.TextField()
    person_email = models.TextField()
    unsubscribed_at = models.DateTimeField(null=True)
    # Weight A: company, name, campaign. Weight B, for those who may see it: e-mail, phone, message.
    document = SearchVectorField()

    class Meta:
        db_table = "backoffice_search_documents"
        indexes = (
            # Without a list of pending rows, which the next search would have to read through.
            GinIndex(fields=("document",), name="backoffice_search_document", fastupdate=False),
            models.Index(
                fields=("entry",), condition=Q(unsubscribed_at__isnull=False), name="backoffice_search_unsubscribed"
            ),
        )

    def __str__(self) -> str:
        return self.person_name


class SearchWord(models.Model):
    """A word of companies, names and campaigns: what a mistyped one is compared with."""

    word = models.TextField(primary_key=True)

    class Meta:
        db_table = "backoffice_search_words"
        indexes = (GinIndex(OpClass("word", name="gin_trgm_ops"), name="backoffice_search_words_trgm"),)

    def __str__(self) -> str:
        return self.word


class UnlearnedEntry(models.Model):
    """An entry whose words are not among the search words yet (``backoffice.search.learn_words``)."""

    entry_id = models.BigIntegerField(primary_key=True)

    class Meta:
        db_table = "backoffice_unlearned_entries"

    def __str__(self) -> str:
        return str(self.entry_id)
