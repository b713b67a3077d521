BEGIN TRANSACTION;
CREATE TABLE entries (
        number INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        created TEXT NOT NULL,
        scenario TEXT NOT NULL,
        content TEXT NOT NULL CHECK (json_valid(content)),
        previous_hash TEXT NOT NULL UNIQUE,
        entry_hash TEXT NOT NULL UNIQUE
    ) STRICT;
INSERT INTO "entries" VALUES(1,'forecast','2026-11-24T01:35:18Z','toy','{"as_of":"2023-04-01","code_version":"0.1.0.0123456789ab","diagnostics":{"divergences":1,"draws":2000,"max_rhat":1.012,"min_bfmi":null,"min_ess_bulk":390.0,"min_ess_tail":420.0,"pareto_k":null,"reasons":["few draws"],"status":"REVIEW"},"draws_hash":"0f53133ce57ca8e8937bb4b1c15a33ef9594704e1c11abd58e598bb8362f7385","evidence_hash":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","horizon":"2023-05-31","method":"nuts","outcomes":[{"high80":0.4,"low80":0.2,"mcse":0.01,"name":"tea","prior":0.5,"prior_mcse":0.01,"probability":0.30000000000000004,"title":"Tea"},{"high80":0.8,"low80":0.6,"mcse":0.01,"name":"coffee","prior":0.5,"prior_mcse":0.01,"probability":0.7,"title":"Coffee"}],"scenario_hash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","seed":1,"stage":"draft","status":"REVIEW","title":"Tea — or coffee?","view_hash":"a9a22ce0b47b03efd8864d3062c32084cf7bd39c9aa86739403f8963368ac3fb"}','0000000000000000000000000000000000000000000000000000000000000000','7b6955502b36df685b753f95d8440f7019787323a3f5ef903c9fd12ff8313db4');
INSERT INTO "entries" VALUES(2,'forecast','2026-11-24T01:35:18Z','other','{"as_of":"2023-04-01","code_version":"0.1.0.0123456789ab","diagnostics":{"divergences":1,"draws":2000,"max_rhat":1.012,"min_bfmi":null,"min_ess_bulk":390.0,"min_ess_tail":420.0,"pareto_k":null,"reasons":["few draws"],"status":"REVIEW"},"draws_hash":"d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa","evidence_hash":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","horizon":"2023-05-31","method":"nuts","outcomes":[{"high80":0.4,"low80":0.2,"mcse":0.01,"name":"tea","prior":0.5,"prior_mcse":0.01,"probability":0.30000000000000004,"title":"Tea"},{"high80":0.8,"low80":0.6,"mcse":0.01,"name":"coffee","prior":0.5,"prior_mcse":0.01,"probability":0.7,"title":"Coffee"}],"scenario_hash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","seed":2,"stage":"draft","status":"REVIEW","title":"Tea — or coffee?","view_hash":"996b300392d53387ec684d9b37dba0ecd09828536c801162427b05260d2f3eaa"}','7b6955502b36df685b753f95d8440f7019787323a3f5ef903c9fd12ff8313db4','137ac7fd4d2ef13c67749ecb677b98eefc2134b6504f0c29ba63b6c86d9c9ba7');
INSERT INTO "entries" VALUES(3,'forecast','2026-11-24T01:35:18Z','toy','{"as_of":"2023-04-01","code_version":"0.1.0.0123456789ab","diagnostics":{"divergences":1,"draws":2000,"max_rhat":1.012,"min_bfmi":null,"min_ess_bulk":390.0,"min_ess_tail":420.0,"pareto_k":null,"reasons":["few draws"],"status":"REVIEW"},"draws_hash":"0f53133ce57ca8e8937bb4b1c15a33ef9594704e1c11abd58e598bb8362f7385","evidence_hash":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","horizon":"2023-05-31","method":"nuts","outcomes":[{"high80":0.4,"low80":0.2,"mcse":0.01,"name":"tea","prior":0.5,"prior_mcse":0.01,"probability":0.30000000000000004,"title":"Tea"},{"high80":0.8,"low80":0.6,"mcse":0.01,"name":"coffee","prior":0.5,"prior_mcse":0.01,"probability":0.7,"title":"Coffee"}],"scenario_hash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","seed":3,"stage":"draft","status":"REVIEW","title":"Tea — or coffee?","view_hash":"a9a22ce0b47b03efd8864d3062c32084cf7bd39c9aa86739403f8963368ac3fb"}','137ac7fd4d2ef13c67749ecb677b98eefc2134b6504f0c29ba63b6c86d9c9ba7','20ed559cc8e45278f13115c76ce86538cd8c11dd6d8c77967c8762eb02086571');
CREATE INDEX entries_by_scenario ON entries (scenario, number);
CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: entries are never changed'); END;
CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: entries are never removed'); END;
CREATE TRIGGER entries_only_append BEFORE INSERT ON entries
    WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM entries)
        OR EXISTS (SELECT 1 FROM entries WHERE entry_hash = NEW.entry_hash OR previous_hash = NEW.previous_hash)
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: an entry follows the last one'); END;
COMMIT;
PRAGMA user_version = 1;
