from django.db import migrations

# Kept as it was here: the model's constant may change one day, this migration must not.
FORWARDS = """
CREATE FUNCTION audit_events_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.at < now() - interval '400 days' THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'audit events cannot be changed, and not be deleted within 400 days'
        USING ERRCODE = 'integrity_constraint_violation';
END;
$$;
CREATE TRIGGER audit_events_stay BEFORE UPDATE OR DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION audit_events_stay();
CREATE TRIGGER audit_events_no_truncate BEFORE TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION audit_events_stay();
"""
BACKWARDS = """
DROP TRIGGER audit_events_no_truncate ON audit_events;
DROP TRIGGER audit_events_stay ON audit_events;
DROP FUNCTION audit_events_stay();
"""


class Migration(migrations.Migration):
    dependencies = [("trail", "0001_audit_events")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
