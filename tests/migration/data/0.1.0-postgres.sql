-- Requests of every kind, made through the commands of version 0.1.0 (revision 0001): open, answered, expired and cancelled
-- ones, by tasks and by hand. Only this package's tables; the clock stood at 2026-01-05 09:00 UTC.
CREATE TABLE public.alembic_version_approvals (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.approval (
    id uuid NOT NULL,
    dag_id character varying(250) NOT NULL,
    run_id character varying(250) NOT NULL,
    task_id character varying(250),
    map_index integer NOT NULL,
    try_number integer,
    ti_id uuid,
    team_name character varying(250),
    subject character varying(500) NOT NULL,
    body text NOT NULL,
    status character varying(20) NOT NULL,
    level integer NOT NULL,
    quorum integer NOT NULL,
    policy json NOT NULL,
    requested_by character varying(512),
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    escalated_at timestamp with time zone,
    resolved_at timestamp with time zone,
    actor_id character varying(512),
    actor_name character varying(512),
    comment text,
    inputs json,
    metadata json NOT NULL,
    resumed_at timestamp with time zone,
    version integer NOT NULL,
    CONSTRAINT ck_approval_status CHECK (((status)::text = ANY ((ARRAY['pending'::character varying, 'escalated'::character varying, 'approved'::character varying, 'denied'::character varying, 'expired'::character varying, 'cancelled'::character varying])::text[])))
);
CREATE TABLE public.approval_approver (
    approval_id uuid NOT NULL,
    level integer NOT NULL,
    kind character varying(10) NOT NULL,
    name character varying(512) NOT NULL,
    CONSTRAINT ck_approval_approver_kind CHECK (((kind)::text = ANY ((ARRAY['role'::character varying, 'user'::character varying])::text[])))
);
CREATE TABLE public.approval_event (
    approval_id uuid NOT NULL,
    seq integer NOT NULL,
    at timestamp with time zone NOT NULL,
    type character varying(20) NOT NULL,
    actor_kind character varying(10) NOT NULL,
    actor_id character varying(512) NOT NULL,
    actor_name character varying(512) NOT NULL,
    detail json NOT NULL,
    CONSTRAINT ck_approval_event_actor_kind CHECK (((actor_kind)::text = ANY ((ARRAY['person'::character varying, 'task'::character varying, 'system'::character varying])::text[]))),
    CONSTRAINT ck_approval_event_type CHECK (((type)::text = ANY ((ARRAY['opened'::character varying, 'voted'::character varying, 'escalated'::character varying, 'reminded'::character varying, 'approved'::character varying, 'denied'::character varying, 'expired'::character varying, 'cancelled'::character varying, 'updated'::character varying, 'resumed'::character varying])::text[])))
);
CREATE TABLE public.approval_vote (
    approval_id uuid NOT NULL,
    actor_id character varying(512) NOT NULL,
    actor_name character varying(512) NOT NULL,
    verdict character varying(10) NOT NULL,
    comment text,
    level integer NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT ck_approval_vote_verdict CHECK (((verdict)::text = ANY ((ARRAY['approve'::character varying, 'deny'::character varying])::text[])))
);
INSERT INTO public.alembic_version_approvals VALUES ('0001');
INSERT INTO public.approval VALUES ('01a21a88-012b-7302-8166-9753fb3a7cfb', 'release', 'manual__2026-01-05', 'pending', -1, 1, '01a21a88-0117-712d-a3ca-a6b3a497ab94', NULL, 'Release 1.2', 'Built from the main branch.', 'pending', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}, {"approvers": [{"kind": "role", "name": "director"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "fail", "quorum": 1}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL, '{"rows": 1200}', NULL, 1);
INSERT INTO public.approval VALUES ('01a21a88-013f-7e5c-91d8-21599178a5a7', 'release', 'manual__2026-01-05', 'escalated', -1, 1, '01a21a88-0139-715b-ad48-919595956111', NULL, 'Release 1.2', 'Built from the main branch.', 'escalated', 1, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}, {"approvers": [{"kind": "role", "name": "director"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "fail", "quorum": 1}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 11:00:00+00', '2026-01-05 10:00:00+00', NULL, NULL, NULL, NULL, NULL, '{"rows": 1200}', NULL, 2);
INSERT INTO public.approval VALUES ('01a21a88-0153-7c7c-bd0b-b6159660ce3b', 'release', 'manual__2026-01-05', 'mapped', 3, 1, '01a21a88-014e-79a1-9994-086b146b39da', NULL, 'Release 1.2', 'Built from the main branch.', 'pending', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}, {"approvers": [{"kind": "role", "name": "director"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "fail", "quorum": 1}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL, '{"rows": 1200}', NULL, 1);
INSERT INTO public.approval VALUES ('01a21a88-015f-7c58-9596-0f3330eba4fa', 'release', 'manual__2026-01-05', 'without_deadline', -1, 1, '01a21a88-015a-7b08-a9ce-edef7f9bf6f3', NULL, 'Release 1.2', 'Built from the main branch.', 'pending', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": null}], "on_deny": "fail", "on_expiry": "fail", "quorum": 1}', NULL, '2026-01-05 09:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{"rows": 1200}', NULL, 1);
INSERT INTO public.approval VALUES ('01a21a88-016a-7af5-8f2b-b89bff77ee09', 'release', 'manual__2026-01-05', 'half_of_a_quorum', -1, 1, '01a21a88-0165-729b-b696-2e63b1387417', NULL, 'Release 1.2', 'Built from the main branch.', 'pending', 0, 2, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}, {"approvers": [{"kind": "role", "name": "director"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "fail", "quorum": 2}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL, '{"rows": 1200}', NULL, 2);
INSERT INTO public.approval VALUES ('01a21a88-017b-7ba1-bbc7-c8dd973b447a', 'release', 'manual__2026-01-05', 'silence_fails', -1, 1, '01a21a88-0176-7e00-adca-49dfa7f1542b', NULL, 'Release 1.2', 'Built from the main branch.', 'pending', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "fail", "quorum": 1}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL, '{"rows": 1200}', NULL, 1);
INSERT INTO public.approval VALUES ('01a21a88-0186-7784-873e-004a854217ad', 'release', 'manual__2026-01-05', 'silence_skips', -1, 1, '01a21a88-0181-7096-83bc-ec116bfad715', NULL, 'Release 1.2', 'Built from the main branch.', 'pending', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "skip", "quorum": 1}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL, '{"rows": 1200}', NULL, 1);
INSERT INTO public.approval VALUES ('01a21a88-0191-76e5-a6ca-1ee1c1ab4e7f', 'release', 'manual__2026-01-05', 'silence_approves', -1, 1, '01a21a88-018c-70c9-ab40-4bee161b66c9', NULL, 'Release 1.2', 'Built from the main branch.', 'pending', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "approve", "quorum": 1}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL, '{"rows": 1200}', NULL, 1);
INSERT INTO public.approval VALUES ('01a21a88-019c-7441-b875-230b667b8780', 'release', 'manual__2026-01-05', 'silence_denys', -1, 1, '01a21a88-0197-7884-a728-cdc2a4e9b5da', NULL, 'Release 1.2', 'Built from the main branch.', 'pending', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "deny", "quorum": 1}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL, '{"rows": 1200}', NULL, 1);
INSERT INTO public.approval VALUES ('01a21a88-01a7-78dc-82f3-5a7cf5f91877', 'release', 'manual__2026-01-05', 'denial_skips', -1, 1, '01a21a88-01a2-79cb-a2ee-f6adeaa822c3', NULL, 'Release 1.2', 'Built from the main branch.', 'pending', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}], "on_deny": "skip", "on_expiry": "fail", "quorum": 1}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL, '{"rows": 1200}', NULL, 1);
INSERT INTO public.approval VALUES ('01a21a88-01b2-7d03-8694-d33dc79c1331', 'release', 'manual__2026-01-05', 'edited', -1, 1, '01a21a88-01ad-7255-a66e-9f79a0554d72', NULL, 'Release 1.3', 'Built *anew*.', 'pending', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}, {"kind": "user", "name": "ana"}], "timeout_seconds": 3600.0}, {"approvers": [{"kind": "role", "name": "director"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "fail", "quorum": 1}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 12:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL, '{"rows": 1300, "checks": [{"name": "unit", "ok": true}, null]}', NULL, 2);
INSERT INTO public.approval VALUES ('01a21a88-01c1-7dc8-929e-86f002b74fe3', 'release', 'manual__2026-01-05', 'second_try', -1, 2, '01a21a88-01bc-70a8-a549-cc3b2058f877', NULL, 'Release 1.2', 'Built from the main branch.', 'pending', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}, {"approvers": [{"kind": "role", "name": "director"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "fail", "quorum": 1}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL, '{"rows": 1200}', NULL, 1);
INSERT INTO public.approval VALUES ('01a21a88-01c5-7fa1-86fd-7b6418344a30', 'release', 'manual__2026-01-05', NULL, -1, NULL, NULL, NULL, 'Release 1.2', 'Built from the main branch.', 'pending', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}, {"approvers": [{"kind": "role", "name": "director"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "fail", "quorum": 1}', 'dag-editor', '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL, '{"rows": 1200}', NULL, 1);
INSERT INTO public.approval VALUES ('01a21a88-01c8-7614-b843-6b9e051828b7', 'release', 'manual__2026-01-05', 'mapped', 3, NULL, NULL, NULL, 'Release 1.2', 'Built from the main branch.', 'pending', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}, {"approvers": [{"kind": "role", "name": "director"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "fail", "quorum": 1}', 'dag-editor', '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL, '{"rows": 1200}', NULL, 1);
INSERT INTO public.approval VALUES ('01a21a88-01cb-7827-8e0a-923312f110c8', 'release', 'manual__2026-01-05', NULL, -1, NULL, NULL, NULL, 'Release 1.2', 'Built from the main branch.', 'pending', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": null}], "on_deny": "fail", "on_expiry": "fail", "quorum": 1}', 'dag-editor', '2026-01-05 09:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{"rows": 1200}', NULL, 1);
INSERT INTO public.approval VALUES ('01a21a88-01d3-7375-8a61-5f1639f6b5b2', 'release', 'manual__2026-01-05', 'approved', -1, 1, '01a21a88-01ce-74f9-a080-d57a1bd4a9df', NULL, 'Release 1.2', 'Built from the main branch.', 'approved', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "fail", "quorum": 1}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, '2026-01-05 09:01:00+00', 'id-first-manager', 'first-manager', 'Checked.', NULL, '{"rows": 1200}', '2026-01-05 09:01:00+00', 2);
INSERT INTO public.approval VALUES ('01a21a88-01f1-729f-b69b-a75f33ee0580', 'release', 'manual__2026-01-05', 'approved_undelivered', -1, 1, '01a21a88-01eb-7093-b4fb-852a4d138898', NULL, 'Release 1.2', 'Built from the main branch.', 'approved', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "fail", "quorum": 1}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, '2026-01-05 09:01:00+00', 'id-first-manager', 'first-manager', 'Early.', NULL, '{"rows": 1200}', NULL, 2);
INSERT INTO public.approval VALUES ('01a21a88-0205-7ad2-89ab-d68b01d3078f', 'release', 'manual__2026-01-05', 'denied', -1, 1, '01a21a88-01ff-7498-99fe-53b979c94aef', NULL, 'Release 1.2', 'Built from the main branch.', 'denied', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "fail", "quorum": 1}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, '2026-01-05 09:01:00+00', 'id-first-manager', 'first-manager', 'Not yet.', NULL, '{"rows": 1200}', '2026-01-05 09:01:00+00', 2);
INSERT INTO public.approval VALUES ('01a21a88-0220-7083-becf-bbbda4aa1857', 'release', 'manual__2026-01-05', 'denied_and_skipped', -1, 1, '01a21a88-0219-7675-a4c2-eb9c023ce217', NULL, 'Release 1.2', 'Built from the main branch.', 'denied', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}], "on_deny": "skip", "on_expiry": "fail", "quorum": 1}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, '2026-01-05 09:01:00+00', 'id-first-manager', 'first-manager', NULL, NULL, '{"rows": 1200}', '2026-01-05 09:01:00+00', 2);
INSERT INTO public.approval VALUES ('01a21a88-023a-7e59-b621-b3782641882e', 'release', 'manual__2026-01-05', 'passed_fail', -1, 1, '01a21a88-0233-7d0a-b83b-372021e8de02', NULL, 'Release 1.2', 'Built from the main branch.', 'expired', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "fail", "quorum": 1}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, '2026-01-05 10:00:00+00', 'system', 'system', NULL, NULL, '{"rows": 1200}', '2026-01-05 10:00:00+00', 2);
INSERT INTO public.approval VALUES ('01a21a88-0253-76b5-aee8-a616efa9d705', 'release', 'manual__2026-01-05', 'passed_skip', -1, 1, '01a21a88-024c-74e6-a927-4ee0435e65c7', NULL, 'Release 1.2', 'Built from the main branch.', 'expired', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "skip", "quorum": 1}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, '2026-01-05 10:00:00+00', 'system', 'system', NULL, NULL, '{"rows": 1200}', '2026-01-05 10:00:00+00', 2);
INSERT INTO public.approval VALUES ('01a21a88-026e-7e78-bd2c-892a00f56380', 'release', 'manual__2026-01-05', 'passed_approve', -1, 1, '01a21a88-0266-7967-99ed-bfa4025e15c1', NULL, 'Release 1.2', 'Built from the main branch.', 'approved', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "approve", "quorum": 1}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, '2026-01-05 10:00:00+00', 'system', 'system', NULL, NULL, '{"rows": 1200}', '2026-01-05 10:00:00+00', 2);
INSERT INTO public.approval VALUES ('01a21a88-028d-7264-aca8-4d761bd18ca9', 'release', 'manual__2026-01-05', 'passed_deny', -1, 1, '01a21a88-0285-76e4-9cf9-15fa738ce0c3', NULL, 'Release 1.2', 'Built from the main branch.', 'denied', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "deny", "quorum": 1}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, '2026-01-05 10:00:00+00', 'system', 'system', NULL, NULL, '{"rows": 1200}', '2026-01-05 10:00:00+00', 2);
INSERT INTO public.approval VALUES ('01a21a88-02a6-7ff6-b79c-d30ad8172cf7', 'release', 'manual__2026-01-05', 'cancelled', -1, 1, '01a21a88-029f-7f95-a0f2-ec58303c1a4d', NULL, 'Release 1.2', 'Built from the main branch.', 'cancelled', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "fail", "quorum": 1}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, '2026-01-05 09:01:00+00', 'id-dag-editor', 'dag-editor', 'The release was called off.', NULL, '{"rows": 1200}', '2026-01-05 09:01:00+00', 2);
INSERT INTO public.approval VALUES ('01a21a88-02c2-73ec-b775-8b129abffb1a', 'release', 'manual__2026-01-05', 'superseded', -1, 1, '01a21a88-02ba-788a-8336-6a977a8d4e01', NULL, 'Release 1.2', 'Built from the main branch.', 'cancelled', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}, {"approvers": [{"kind": "role", "name": "director"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "fail", "quorum": 1}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, '2026-01-05 09:00:00+00', 'ti:01a21a88-02e2-7e39-a138-9297da3b0416', 'ti:01a21a88-02e2-7e39-a138-9297da3b0416', 'superseded', NULL, '{"rows": 1200}', NULL, 2);
INSERT INTO public.approval VALUES ('01a21a88-02f3-78d4-a264-ca8fd3998d0a', 'release', 'manual__2026-01-05', 'superseded', -1, 2, '01a21a88-02e2-7e39-a138-9297da3b0416', NULL, 'Release 1.2', 'Built from the main branch.', 'pending', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}, {"approvers": [{"kind": "role", "name": "director"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "fail", "quorum": 1}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL, '{"rows": 1200}', NULL, 1);
INSERT INTO public.approval VALUES ('01a21a88-02fe-760b-a48d-8aa97c957ee0', 'release', 'manual__2026-01-05', 'marked', -1, 1, '01a21a88-02f8-775d-beff-c44f2db959e6', NULL, 'Release 1.2', 'Built from the main branch.', 'cancelled', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}, {"approvers": [{"kind": "role", "name": "director"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "fail", "quorum": 1}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, '2026-01-05 09:01:00+00', 'system', 'system', 'task_success', NULL, '{"rows": 1200}', NULL, 2);
INSERT INTO public.approval VALUES ('01a21a88-0315-7cf2-85f9-b0848e57d244', 'release', 'manual__2026-01-05', 'from_a_shell', -1, 1, '01a21a88-030e-709b-97ec-a6cbdcb0bdf1', NULL, 'Release 1.2', 'Built from the main branch.', 'approved', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "fail", "quorum": 1}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, '2026-01-05 09:01:00+00', 'id-bo', 'bo', 'From the shell.', NULL, '{"rows": 1200}', '2026-01-05 09:01:00+00', 2);
INSERT INTO public.approval VALUES ('01a21a88-0326-7cd7-90f5-4c86bc1e5fa8', 'release', 'manual__2026-01-05', NULL, -1, NULL, NULL, NULL, 'Release 1.2', 'Built from the main branch.', 'cancelled', 0, 1, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}, {"approvers": [{"kind": "role", "name": "director"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "fail", "quorum": 1}', 'dag-editor', '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, '2026-01-05 09:01:00+00', 'id-dag-editor', 'dag-editor', 'Nobody needs it.', NULL, '{"rows": 1200}', NULL, 2);
INSERT INTO public.approval VALUES ('01a21a88-0338-7834-9e44-894c82420368', 'release', 'manual__2026-01-05', 'quorum_met', -1, 1, '01a21a88-0331-75bc-9585-0ce4c061c881', NULL, 'Release 1.2', 'Built from the main branch.', 'approved', 0, 2, '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}, {"approvers": [{"kind": "role", "name": "director"}], "timeout_seconds": 3600.0}], "on_deny": "fail", "on_expiry": "fail", "quorum": 2}', NULL, '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', NULL, '2026-01-05 09:02:00+00', 'id-second-manager', 'second-manager', 'Me too.', NULL, '{"rows": 1200}', '2026-01-05 09:02:00+00', 3);
INSERT INTO public.approval_approver VALUES ('01a21a88-012b-7302-8166-9753fb3a7cfb', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-012b-7302-8166-9753fb3a7cfb', 1, 'role', 'director');
INSERT INTO public.approval_approver VALUES ('01a21a88-013f-7e5c-91d8-21599178a5a7', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-013f-7e5c-91d8-21599178a5a7', 1, 'role', 'director');
INSERT INTO public.approval_approver VALUES ('01a21a88-0153-7c7c-bd0b-b6159660ce3b', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-0153-7c7c-bd0b-b6159660ce3b', 1, 'role', 'director');
INSERT INTO public.approval_approver VALUES ('01a21a88-015f-7c58-9596-0f3330eba4fa', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-016a-7af5-8f2b-b89bff77ee09', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-016a-7af5-8f2b-b89bff77ee09', 1, 'role', 'director');
INSERT INTO public.approval_approver VALUES ('01a21a88-017b-7ba1-bbc7-c8dd973b447a', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-0186-7784-873e-004a854217ad', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-0191-76e5-a6ca-1ee1c1ab4e7f', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-019c-7441-b875-230b667b8780', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-01a7-78dc-82f3-5a7cf5f91877', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-01b2-7d03-8694-d33dc79c1331', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-01b2-7d03-8694-d33dc79c1331', 0, 'user', 'ana');
INSERT INTO public.approval_approver VALUES ('01a21a88-01b2-7d03-8694-d33dc79c1331', 1, 'role', 'director');
INSERT INTO public.approval_approver VALUES ('01a21a88-01c1-7dc8-929e-86f002b74fe3', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-01c1-7dc8-929e-86f002b74fe3', 1, 'role', 'director');
INSERT INTO public.approval_approver VALUES ('01a21a88-01c5-7fa1-86fd-7b6418344a30', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-01c5-7fa1-86fd-7b6418344a30', 1, 'role', 'director');
INSERT INTO public.approval_approver VALUES ('01a21a88-01c8-7614-b843-6b9e051828b7', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-01c8-7614-b843-6b9e051828b7', 1, 'role', 'director');
INSERT INTO public.approval_approver VALUES ('01a21a88-01cb-7827-8e0a-923312f110c8', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-01d3-7375-8a61-5f1639f6b5b2', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-01f1-729f-b69b-a75f33ee0580', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-0205-7ad2-89ab-d68b01d3078f', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-0220-7083-becf-bbbda4aa1857', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-023a-7e59-b621-b3782641882e', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-0253-76b5-aee8-a616efa9d705', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-026e-7e78-bd2c-892a00f56380', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-028d-7264-aca8-4d761bd18ca9', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-02a6-7ff6-b79c-d30ad8172cf7', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-02c2-73ec-b775-8b129abffb1a', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-02c2-73ec-b775-8b129abffb1a', 1, 'role', 'director');
INSERT INTO public.approval_approver VALUES ('01a21a88-02f3-78d4-a264-ca8fd3998d0a', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-02f3-78d4-a264-ca8fd3998d0a', 1, 'role', 'director');
INSERT INTO public.approval_approver VALUES ('01a21a88-02fe-760b-a48d-8aa97c957ee0', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-02fe-760b-a48d-8aa97c957ee0', 1, 'role', 'director');
INSERT INTO public.approval_approver VALUES ('01a21a88-0315-7cf2-85f9-b0848e57d244', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-0326-7cd7-90f5-4c86bc1e5fa8', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-0326-7cd7-90f5-4c86bc1e5fa8', 1, 'role', 'director');
INSERT INTO public.approval_approver VALUES ('01a21a88-0338-7834-9e44-894c82420368', 0, 'role', 'manager');
INSERT INTO public.approval_approver VALUES ('01a21a88-0338-7834-9e44-894c82420368', 1, 'role', 'director');
INSERT INTO public.approval_event VALUES ('01a21a88-012b-7302-8166-9753fb3a7cfb', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-0117-712d-a3ca-a6b3a497ab94', 'ti:01a21a88-0117-712d-a3ca-a6b3a497ab94', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-013f-7e5c-91d8-21599178a5a7', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-0139-715b-ad48-919595956111', 'ti:01a21a88-0139-715b-ad48-919595956111', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-013f-7e5c-91d8-21599178a5a7', 2, '2026-01-05 10:00:00+00', 'escalated', 'system', 'system', 'system', '{"level": 1, "expires_at": "2026-01-05T11:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-0153-7c7c-bd0b-b6159660ce3b', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-014e-79a1-9994-086b146b39da', 'ti:01a21a88-014e-79a1-9994-086b146b39da', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-015f-7c58-9596-0f3330eba4fa', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-015a-7b08-a9ce-edef7f9bf6f3', 'ti:01a21a88-015a-7b08-a9ce-edef7f9bf6f3', '{"expires_at": null}');
INSERT INTO public.approval_event VALUES ('01a21a88-016a-7af5-8f2b-b89bff77ee09', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-0165-729b-b696-2e63b1387417', 'ti:01a21a88-0165-729b-b696-2e63b1387417', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-016a-7af5-8f2b-b89bff77ee09', 2, '2026-01-05 09:01:00+00', 'voted', 'person', 'id-Žofie Čechová', 'Žofie Čechová', '{"verdict": "approve", "comment": "Fine \u2014 so far.", "level": 0, "as": ["role manager"]}');
INSERT INTO public.approval_event VALUES ('01a21a88-017b-7ba1-bbc7-c8dd973b447a', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-0176-7e00-adca-49dfa7f1542b', 'ti:01a21a88-0176-7e00-adca-49dfa7f1542b', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-0186-7784-873e-004a854217ad', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-0181-7096-83bc-ec116bfad715', 'ti:01a21a88-0181-7096-83bc-ec116bfad715', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-0191-76e5-a6ca-1ee1c1ab4e7f', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-018c-70c9-ab40-4bee161b66c9', 'ti:01a21a88-018c-70c9-ab40-4bee161b66c9', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-019c-7441-b875-230b667b8780', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-0197-7884-a728-cdc2a4e9b5da', 'ti:01a21a88-0197-7884-a728-cdc2a4e9b5da', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-01a7-78dc-82f3-5a7cf5f91877', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-01a2-79cb-a2ee-f6adeaa822c3', 'ti:01a21a88-01a2-79cb-a2ee-f6adeaa822c3', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-01b2-7d03-8694-d33dc79c1331', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-01ad-7255-a66e-9f79a0554d72', 'ti:01a21a88-01ad-7255-a66e-9f79a0554d72', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-01b2-7d03-8694-d33dc79c1331', 2, '2026-01-05 09:01:00+00', 'updated', 'person', 'id-dag-editor', 'dag-editor', '{"changed": {"subject": {"from": "Release 1.2", "to": "Release 1.3"}, "body": {"from": "Built from the main branch.", "to": "Built *anew*."}, "expires_at": {"from": "2026-01-05T10:00:00+00:00", "to": "2026-01-05T12:00:00+00:00"}, "approvers": {"from": [["role:manager"], ["role:director"]], "to": [["role:manager", "user:ana"], ["role:director"]]}, "metadata": {"from": {"rows": 1200}, "to": {"rows": 1300, "checks": [{"name": "unit", "ok": true}, null]}}}}');
INSERT INTO public.approval_event VALUES ('01a21a88-01c1-7dc8-929e-86f002b74fe3', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-01bc-70a8-a549-cc3b2058f877', 'ti:01a21a88-01bc-70a8-a549-cc3b2058f877', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-01c5-7fa1-86fd-7b6418344a30', 1, '2026-01-05 09:00:00+00', 'opened', 'person', 'id-dag-editor', 'dag-editor', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-01c8-7614-b843-6b9e051828b7', 1, '2026-01-05 09:00:00+00', 'opened', 'person', 'id-dag-editor', 'dag-editor', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-01cb-7827-8e0a-923312f110c8', 1, '2026-01-05 09:00:00+00', 'opened', 'person', 'id-dag-editor', 'dag-editor', '{"expires_at": null}');
INSERT INTO public.approval_event VALUES ('01a21a88-01d3-7375-8a61-5f1639f6b5b2', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-01ce-74f9-a080-d57a1bd4a9df', 'ti:01a21a88-01ce-74f9-a080-d57a1bd4a9df', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-01d3-7375-8a61-5f1639f6b5b2', 2, '2026-01-05 09:01:00+00', 'voted', 'person', 'id-first-manager', 'first-manager', '{"verdict": "approve", "comment": "Checked.", "level": 0, "as": ["role manager"]}');
INSERT INTO public.approval_event VALUES ('01a21a88-01d3-7375-8a61-5f1639f6b5b2', 3, '2026-01-05 09:01:00+00', 'approved', 'person', 'id-first-manager', 'first-manager', '{"comment": "Checked."}');
INSERT INTO public.approval_event VALUES ('01a21a88-01d3-7375-8a61-5f1639f6b5b2', 4, '2026-01-05 09:01:00+00', 'resumed', 'system', 'system', 'system', '{"status": "approved"}');
INSERT INTO public.approval_event VALUES ('01a21a88-01f1-729f-b69b-a75f33ee0580', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-01eb-7093-b4fb-852a4d138898', 'ti:01a21a88-01eb-7093-b4fb-852a4d138898', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-01f1-729f-b69b-a75f33ee0580', 2, '2026-01-05 09:01:00+00', 'voted', 'person', 'id-first-manager', 'first-manager', '{"verdict": "approve", "comment": "Early.", "level": 0, "as": ["role manager"]}');
INSERT INTO public.approval_event VALUES ('01a21a88-01f1-729f-b69b-a75f33ee0580', 3, '2026-01-05 09:01:00+00', 'approved', 'person', 'id-first-manager', 'first-manager', '{"comment": "Early."}');
INSERT INTO public.approval_event VALUES ('01a21a88-0205-7ad2-89ab-d68b01d3078f', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-01ff-7498-99fe-53b979c94aef', 'ti:01a21a88-01ff-7498-99fe-53b979c94aef', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-0205-7ad2-89ab-d68b01d3078f', 2, '2026-01-05 09:01:00+00', 'voted', 'person', 'id-first-manager', 'first-manager', '{"verdict": "deny", "comment": "Not yet.", "level": 0, "as": ["role manager"]}');
INSERT INTO public.approval_event VALUES ('01a21a88-0205-7ad2-89ab-d68b01d3078f', 3, '2026-01-05 09:01:00+00', 'denied', 'person', 'id-first-manager', 'first-manager', '{"comment": "Not yet."}');
INSERT INTO public.approval_event VALUES ('01a21a88-0205-7ad2-89ab-d68b01d3078f', 4, '2026-01-05 09:01:00+00', 'resumed', 'system', 'system', 'system', '{"status": "denied"}');
INSERT INTO public.approval_event VALUES ('01a21a88-0220-7083-becf-bbbda4aa1857', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-0219-7675-a4c2-eb9c023ce217', 'ti:01a21a88-0219-7675-a4c2-eb9c023ce217', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-0220-7083-becf-bbbda4aa1857', 2, '2026-01-05 09:01:00+00', 'voted', 'person', 'id-first-manager', 'first-manager', '{"verdict": "deny", "comment": null, "level": 0, "as": ["role manager"]}');
INSERT INTO public.approval_event VALUES ('01a21a88-0220-7083-becf-bbbda4aa1857', 3, '2026-01-05 09:01:00+00', 'denied', 'person', 'id-first-manager', 'first-manager', '{"comment": null}');
INSERT INTO public.approval_event VALUES ('01a21a88-0220-7083-becf-bbbda4aa1857', 4, '2026-01-05 09:01:00+00', 'resumed', 'system', 'system', 'system', '{"status": "denied"}');
INSERT INTO public.approval_event VALUES ('01a21a88-023a-7e59-b621-b3782641882e', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-0233-7d0a-b83b-372021e8de02', 'ti:01a21a88-0233-7d0a-b83b-372021e8de02', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-023a-7e59-b621-b3782641882e', 2, '2026-01-05 10:00:00+00', 'expired', 'system', 'system', 'system', '{"reason": "expired", "on_expiry": "fail"}');
INSERT INTO public.approval_event VALUES ('01a21a88-023a-7e59-b621-b3782641882e', 3, '2026-01-05 10:00:00+00', 'resumed', 'system', 'system', 'system', '{"status": "expired"}');
INSERT INTO public.approval_event VALUES ('01a21a88-0253-76b5-aee8-a616efa9d705', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-024c-74e6-a927-4ee0435e65c7', 'ti:01a21a88-024c-74e6-a927-4ee0435e65c7', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-0253-76b5-aee8-a616efa9d705', 2, '2026-01-05 10:00:00+00', 'expired', 'system', 'system', 'system', '{"reason": "expired", "on_expiry": "skip"}');
INSERT INTO public.approval_event VALUES ('01a21a88-0253-76b5-aee8-a616efa9d705', 3, '2026-01-05 10:00:00+00', 'resumed', 'system', 'system', 'system', '{"status": "expired"}');
INSERT INTO public.approval_event VALUES ('01a21a88-026e-7e78-bd2c-892a00f56380', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-0266-7967-99ed-bfa4025e15c1', 'ti:01a21a88-0266-7967-99ed-bfa4025e15c1', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-026e-7e78-bd2c-892a00f56380', 2, '2026-01-05 10:00:00+00', 'approved', 'system', 'system', 'system', '{"reason": "expired", "on_expiry": "approve"}');
INSERT INTO public.approval_event VALUES ('01a21a88-026e-7e78-bd2c-892a00f56380', 3, '2026-01-05 10:00:00+00', 'resumed', 'system', 'system', 'system', '{"status": "approved"}');
INSERT INTO public.approval_event VALUES ('01a21a88-028d-7264-aca8-4d761bd18ca9', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-0285-76e4-9cf9-15fa738ce0c3', 'ti:01a21a88-0285-76e4-9cf9-15fa738ce0c3', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-028d-7264-aca8-4d761bd18ca9', 2, '2026-01-05 10:00:00+00', 'denied', 'system', 'system', 'system', '{"reason": "expired", "on_expiry": "deny"}');
INSERT INTO public.approval_event VALUES ('01a21a88-028d-7264-aca8-4d761bd18ca9', 3, '2026-01-05 10:00:00+00', 'resumed', 'system', 'system', 'system', '{"status": "denied"}');
INSERT INTO public.approval_event VALUES ('01a21a88-02a6-7ff6-b79c-d30ad8172cf7', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-029f-7f95-a0f2-ec58303c1a4d', 'ti:01a21a88-029f-7f95-a0f2-ec58303c1a4d', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-02a6-7ff6-b79c-d30ad8172cf7', 2, '2026-01-05 09:01:00+00', 'cancelled', 'person', 'id-dag-editor', 'dag-editor', '{"reason": "The release was called off."}');
INSERT INTO public.approval_event VALUES ('01a21a88-02a6-7ff6-b79c-d30ad8172cf7', 3, '2026-01-05 09:01:00+00', 'resumed', 'system', 'system', 'system', '{"status": "cancelled"}');
INSERT INTO public.approval_event VALUES ('01a21a88-02c2-73ec-b775-8b129abffb1a', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-02ba-788a-8336-6a977a8d4e01', 'ti:01a21a88-02ba-788a-8336-6a977a8d4e01', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-02c2-73ec-b775-8b129abffb1a', 2, '2026-01-05 09:00:00+00', 'cancelled', 'task', 'ti:01a21a88-02e2-7e39-a138-9297da3b0416', 'ti:01a21a88-02e2-7e39-a138-9297da3b0416', '{"reason": "superseded"}');
INSERT INTO public.approval_event VALUES ('01a21a88-02f3-78d4-a264-ca8fd3998d0a', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-02e2-7e39-a138-9297da3b0416', 'ti:01a21a88-02e2-7e39-a138-9297da3b0416', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-02fe-760b-a48d-8aa97c957ee0', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-02f8-775d-beff-c44f2db959e6', 'ti:01a21a88-02f8-775d-beff-c44f2db959e6', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-02fe-760b-a48d-8aa97c957ee0', 2, '2026-01-05 09:01:00+00', 'cancelled', 'system', 'system', 'system', '{"reason": "task_success"}');
INSERT INTO public.approval_event VALUES ('01a21a88-0315-7cf2-85f9-b0848e57d244', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-030e-709b-97ec-a6cbdcb0bdf1', 'ti:01a21a88-030e-709b-97ec-a6cbdcb0bdf1', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-0315-7cf2-85f9-b0848e57d244', 2, '2026-01-05 09:01:00+00', 'voted', 'person', 'id-bo', 'bo', '{"channel": "cli", "os_user": "airflow", "verdict": "approve", "comment": "From the shell.", "level": 0, "as": ["role manager"]}');
INSERT INTO public.approval_event VALUES ('01a21a88-0315-7cf2-85f9-b0848e57d244', 3, '2026-01-05 09:01:00+00', 'approved', 'person', 'id-bo', 'bo', '{"channel": "cli", "os_user": "airflow", "comment": "From the shell."}');
INSERT INTO public.approval_event VALUES ('01a21a88-0315-7cf2-85f9-b0848e57d244', 4, '2026-01-05 09:01:00+00', 'resumed', 'system', 'system', 'system', '{"status": "approved"}');
INSERT INTO public.approval_event VALUES ('01a21a88-0326-7cd7-90f5-4c86bc1e5fa8', 1, '2026-01-05 09:00:00+00', 'opened', 'person', 'id-dag-editor', 'dag-editor', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-0326-7cd7-90f5-4c86bc1e5fa8', 2, '2026-01-05 09:01:00+00', 'cancelled', 'person', 'id-dag-editor', 'dag-editor', '{"reason": "Nobody needs it."}');
INSERT INTO public.approval_event VALUES ('01a21a88-0338-7834-9e44-894c82420368', 1, '2026-01-05 09:00:00+00', 'opened', 'task', 'ti:01a21a88-0331-75bc-9585-0ce4c061c881', 'ti:01a21a88-0331-75bc-9585-0ce4c061c881', '{"expires_at": "2026-01-05T10:00:00+00:00"}');
INSERT INTO public.approval_event VALUES ('01a21a88-0338-7834-9e44-894c82420368', 2, '2026-01-05 09:01:00+00', 'voted', 'person', 'id-first-manager', 'first-manager', '{"verdict": "approve", "comment": null, "level": 0, "as": ["role manager"]}');
INSERT INTO public.approval_event VALUES ('01a21a88-0338-7834-9e44-894c82420368', 3, '2026-01-05 09:02:00+00', 'voted', 'person', 'id-second-manager', 'second-manager', '{"verdict": "approve", "comment": "Me too.", "level": 0, "as": ["role manager"]}');
INSERT INTO public.approval_event VALUES ('01a21a88-0338-7834-9e44-894c82420368', 4, '2026-01-05 09:02:00+00', 'approved', 'person', 'id-second-manager', 'second-manager', '{"comment": "Me too."}');
INSERT INTO public.approval_event VALUES ('01a21a88-0338-7834-9e44-894c82420368', 5, '2026-01-05 09:02:00+00', 'resumed', 'system', 'system', 'system', '{"status": "approved"}');
INSERT INTO public.approval_vote VALUES ('01a21a88-016a-7af5-8f2b-b89bff77ee09', 'id-Žofie Čechová', 'Žofie Čechová', 'approve', 'Fine — so far.', 0, '2026-01-05 09:01:00+00');
INSERT INTO public.approval_vote VALUES ('01a21a88-01d3-7375-8a61-5f1639f6b5b2', 'id-first-manager', 'first-manager', 'approve', 'Checked.', 0, '2026-01-05 09:01:00+00');
INSERT INTO public.approval_vote VALUES ('01a21a88-01f1-729f-b69b-a75f33ee0580', 'id-first-manager', 'first-manager', 'approve', 'Early.', 0, '2026-01-05 09:01:00+00');
INSERT INTO public.approval_vote VALUES ('01a21a88-0205-7ad2-89ab-d68b01d3078f', 'id-first-manager', 'first-manager', 'deny', 'Not yet.', 0, '2026-01-05 09:01:00+00');
INSERT INTO public.approval_vote VALUES ('01a21a88-0220-7083-becf-bbbda4aa1857', 'id-first-manager', 'first-manager', 'deny', NULL, 0, '2026-01-05 09:01:00+00');
INSERT INTO public.approval_vote VALUES ('01a21a88-0315-7cf2-85f9-b0848e57d244', 'id-bo', 'bo', 'approve', 'From the shell.', 0, '2026-01-05 09:01:00+00');
INSERT INTO public.approval_vote VALUES ('01a21a88-0338-7834-9e44-894c82420368', 'id-first-manager', 'first-manager', 'approve', NULL, 0, '2026-01-05 09:01:00+00');
INSERT INTO public.approval_vote VALUES ('01a21a88-0338-7834-9e44-894c82420368', 'id-second-manager', 'second-manager', 'approve', 'Me too.', 0, '2026-01-05 09:02:00+00');
ALTER TABLE ONLY public.alembic_version_approvals
    ADD CONSTRAINT alembic_version_approvals_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.approval
    ADD CONSTRAINT pk_approval PRIMARY KEY (id);
ALTER TABLE ONLY public.approval_approver
    ADD CONSTRAINT pk_approval_approver PRIMARY KEY (approval_id, level, kind, name);
ALTER TABLE ONLY public.approval_event
    ADD CONSTRAINT pk_approval_event PRIMARY KEY (approval_id, seq);
ALTER TABLE ONLY public.approval_vote
    ADD CONSTRAINT pk_approval_vote PRIMARY KEY (approval_id, actor_id);
ALTER TABLE ONLY public.approval
    ADD CONSTRAINT uq_approval_ti_id UNIQUE (ti_id);
CREATE INDEX ix_approval_approver_kind_name ON public.approval_approver USING btree (kind, name);
CREATE INDEX ix_approval_created_at ON public.approval USING btree (created_at);
CREATE INDEX ix_approval_dag_id_run_id_task_id ON public.approval USING btree (dag_id, run_id, task_id);
CREATE INDEX ix_approval_resolved_at ON public.approval USING btree (resolved_at);
CREATE INDEX ix_approval_status_created_at ON public.approval USING btree (status, created_at);
CREATE INDEX ix_approval_status_expires_at ON public.approval USING btree (status, expires_at);
ALTER TABLE ONLY public.approval_approver
    ADD CONSTRAINT fk_approval_approver_approval FOREIGN KEY (approval_id) REFERENCES public.approval(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.approval_event
    ADD CONSTRAINT fk_approval_event_approval FOREIGN KEY (approval_id) REFERENCES public.approval(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.approval_vote
    ADD CONSTRAINT fk_approval_vote_approval FOREIGN KEY (approval_id) REFERENCES public.approval(id) ON DELETE CASCADE;
