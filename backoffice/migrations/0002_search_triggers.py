"""Keeps ``backoffice_search_documents`` in step with entries and sign-ups, whoever writes them.

Row triggers with conditions: storing a new sign-up, which has no entry yet, does not pay for them.
"""

from django.db import migrations

# Umlauts as people without them on their keyboard write them; everything that separates words becomes a space, since
# PostgreSQL's parser takes "sanitär/heizung" for the name of a file.
PLAIN = r"""
CREATE FUNCTION backoffice_plain(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT translate(
        replace(replace(replace(replace(lower(coalesce(value, '')), 'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'), 'ß', 'ss'),
        '/\@._-+&,;:()[]{}"''|*!<>=?%#~^`$', repeat(' ', 33)
    )
$$;
"""
DOCUMENT = """
CREATE FUNCTION backoffice_document(company text, person text, campaign text, email text, phone text, message text)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT setweight(
        to_tsvector('simple', backoffice_plain(concat_ws(' ', company, person, campaign)))
        || to_tsvector('german', translate(concat_ws(' ', company, person, campaign), '/_', '  ')), 'A'
    ) || setweight(
        to_tsvector('simple', backoffice_plain(concat_ws(' ', email, message)))
        || to_tsvector('simple', concat_ws(' ', substr(phone, 2), regexp_replace(phone, '^\\+43', '0')))
        || to_tsvector('german', translate(coalesce(message, ''), '/_', '  ')), 'B'
    )
$$;
"""
INDEX_ENTRIES = """
CREATE FUNCTION backoffice_index_entries(first_pk bigint, last_pk bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO backoffice_search_documents (entry_id, person_name, person_email, unsubscribed_at, document)
    SELECT entry.id, signup.display_name, signup.email, signup.last_unsubscribed_at,
        backoffice_document(
            entry.company_name, signup.display_name, entry.utm_campaign, signup.email, entry.phone, entry.message
        )
    FROM waitlist_entries AS entry
    CROSS JOIN LATERAL (
        SELECT display_name, email, max(unsubscribed_at) OVER () AS last_unsubscribed_at
        FROM waitlist_signups WHERE entry_id = entry.id ORDER BY created_at DESC LIMIT 1
    ) AS signup
    WHERE entry.id BETWEEN first_pk AND last_pk
    ON CONFLICT (entry_id) DO UPDATE SET
        person_name = excluded.person_name, person_email = excluded.person_email,
        unsubscribed_at = excluded.unsubscribed_at, document = excluded.document;
    INSERT INTO backoffice_unlearned_entries (entry_id)
    SELECT id FROM waitlist_entries WHERE id BETWEEN first_pk AND last_pk ON CONFLICT DO NOTHING;
$$;
"""
TRIGGERS = """
CREATE FUNCTION backoffice_entry_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM backoffice_index_entries(NEW.id, NEW.id); RETURN NULL; END $$;
CREATE FUNCTION backoffice_signup_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM backoffice_index_entries(NEW.entry_id, NEW.entry_id); RETURN NULL; END $$;
CREATE FUNCTION backoffice_signup_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM backoffice_index_entries(OLD.entry_id, OLD.entry_id); RETURN NULL; END $$;

CREATE TRIGGER backoffice_index AFTER UPDATE OF company_name, phone, message, utm_campaign ON waitlist_entries
FOR EACH ROW WHEN (
    (OLD.company_name, OLD.phone, OLD.message, OLD.utm_campaign)
    IS DISTINCT FROM (NEW.company_name, NEW.phone, NEW.message, NEW.utm_campaign)
) EXECUTE FUNCTION backoffice_entry_changed();
CREATE TRIGGER backoffice_index_insert AFTER INSERT ON waitlist_signups
FOR EACH ROW WHEN (NEW.entry_id IS NOT NULL) EXECUTE FUNCTION backoffice_signup_changed();
CREATE TRIGGER backoffice_index_update AFTER UPDATE OF entry_id, email, display_name, unsubscribed_at
ON waitlist_signups FOR EACH ROW WHEN (
    NEW.entry_id IS NOT NULL
    AND (OLD.entry_id, OLD.email, OLD.display_name, OLD.unsubscribed_at)
    IS DISTINCT FROM (NEW.entry_id, NEW.email, NEW.display_name, NEW.unsubscribed_at)
) EXECUTE FUNCTION backoffice_signup_changed();
CREATE TRIGGER backoffice_index_delete AFTER DELETE ON waitlist_signups
FOR EACH ROW WHEN (OLD.entry_id IS NOT NULL) EXECUTE FUNCTION backoffice_signup_deleted();
"""
REMOVE = """
DROP TRIGGER backoffice_index_delete ON waitlist_signups;
DROP TRIGGER backoffice_index_update ON waitlist_signups;
DROP TRIGGER backoffice_index_insert ON waitlist_signups;
DROP TRIGGER backoffice_index ON waitlist_entries;
DROP FUNCTION backoffice_signup_deleted, backoffice_signup_changed, backoffice_entry_changed;
DROP FUNCTION backoffice_index_entries, backoffice_document, backoffice_plain;
"""


class Migration(migrations.Migration):
    dependencies = [("backoffice", "0001_exports_notes_views_search")]

    operations = [migrations.RunSQL(PLAIN + DOCUMENT + INDEX_ENTRIES + TRIGGERS, REMOVE)]
