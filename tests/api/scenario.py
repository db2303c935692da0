"""Every operation of the API in the order of a story, with the request examples of its own description.

An id in an example stands for a thing by name; whoever makes the thing tells its real id here.
"""

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import httpx
from fastapi.routing import APIRoute

from api.rest.app import create_app, openapi_of
from api.rest.resources import id_of
from application.ports import Collected
from infrastructure.sample import BE_NURSING, sample_tariff
from infrastructure.simulator.answers import Arrived, Desk
from infrastructure.simulator.scenario import USUAL
from tests.api.service import Service, ok
from tests.application.token_desk import TellingDesk

TWIN = "65010100279"
NOT_IN_THE_STORY = {"stream_events"}
"""Never ends; it has tests of its own."""


@dataclass(frozen=True)
class Step:
    """A request as it was made."""

    operation: str
    method: str
    path: str
    options: dict[str, Any]
    status: int
    key: str
    body: bytes


@dataclass
class Story:
    """Runs the operations. `ids`: real id by the id in the examples."""

    service: Service
    ids: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        app = create_app(self.service.quittance)
        self.described = openapi_of(app)
        self.routes = {route.operation_id: route for route in app.routes if isinstance(route, APIRoute)}

    def name(self, thing: str, real: str | UUID) -> str:
        self.ids[str(id_of(thing))] = str(real)
        return str(real)

    def example(self, operation: str) -> Any:
        """The request example of an operation, with real ids; None when it takes no JSON."""
        route = self.routes[operation]
        (method,) = route.methods
        described = self.described["paths"][route.path_format][method.lower()]
        content = described.get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            return None
        schema = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
        (given,) = self.described["components"]["schemas"][schema]["examples"]
        return self._real(given)

    def run(self, operation: str, *, status: int = 0, json: Any = None, **values: Any) -> httpx.Response:
        """One operation; `values` that are no path parameter go into the query, but for content and files."""
        route = self.routes[operation]
        (method,) = route.methods
        path = route.path_format
        for name in list(values):
            if f"{{{name}}}" in path:
                path = path.replace(f"{{{name}}}", str(values.pop(name)))
        options = {name: values.pop(name) for name in ("content", "files") if name in values}
        options["params"] = values
        body = self.example(operation) if json is None else json
        if body is not None:
            options["json"] = body
        answer = self.service.call(method, path, **options)
        assert answer.status_code == (status or route.status_code or 200), (
            f"{operation}: {answer.status_code} {answer.text}"
        )
        key = answer.request.headers.get("Idempotency-Key", "")
        self.steps.append(Step(operation, method, path, options, answer.status_code, key, answer.content))
        return answer

    def tell(self) -> None:
        """The whole story."""
        self._register()
        self._price()
        self._record_care()
        self._bill()
        self._look()
        self._put_on_paper()
        self._administer()

    def _register(self) -> None:
        self.where = self.name("establishment", self.run("register_establishment").json()["id"])
        self.run("list_establishments")
        self.run("get_establishment", establishment_id=self.where)
        correction = self.example("correct_establishment") | {"name": "Soins Les Tilleuls"}
        self.run("correct_establishment", establishment_id=self.where, json=correction)
        provider = self.name("provider", self.run("register_provider").json()["id"])
        self.run("record_membership", establishment_id=self.where)
        self.run("list_providers")
        self.run("get_provider", provider_id=provider)
        self.run("end_membership", establishment_id=self.where, provider_id=provider)
        self.run("close_books", establishment_id=self.where)
        assert self.run("get_books", establishment_id=self.where).json()["closed_through"] == "2025-12"
        self.run("reopen_books", establishment_id=self.where)
        self._register_with_mycarenet()
        self._open_a_session()
        self.patient = self.name("patient", self.run("register_patient").json()["id"])
        twin = self.run("register_patient", json=self.example("register_patient") | {"ssin": TWIN})
        assert twin.json()["alike"] == [self.patient]
        self.twin = twin.json()["id"]
        self.run("get_patient", patient_id=self.patient)
        asked = self.run("ask_insurability", patient_id=self.patient).json()
        assert (asked["status"], asked["codes"][0]["code"]) == ("refused", "UNKNOWN_NISS_ROUTING")
        (query,) = self.run("get_insurability_queries", patient_id=self.patient).json()["queries"]
        assert query["asked"] == asked
        self.run("get_insurability_answer", patient_id=self.patient, reference=asked["reference"])
        self._queue_a_question()
        self._ask_together()
        self.run("record_authorisation", patient_id=self.patient)
        (allowed,) = self.run("get_authorisations", patient_id=self.patient).json()["authorisations"]
        assert (allowed["kind"], allowed["category"], allowed["valid_from"]) == ("katz", "B", "2026-01-01")
        self.run("record_notification", patient_id=self.patient)
        (told,) = self.run("get_notifications", patient_id=self.patient).json()["notifications"]
        assert (told["until"], told["sent_on"], told["is_missing"]) == ("2026-01-11", "2026-01-05", False)
        self.run("withdraw_notification", patient_id=self.patient)
        (told,) = self.run("get_notifications", patient_id=self.patient).json()["notifications"]
        assert (told["is_missing"], told["sent_on"]) == (True, None)
        self.run("record_descoring", patient_id=self.patient)
        (lowered,) = self.run("get_descorings", patient_id=self.patient).json()["descorings"]
        assert (lowered["category"], lowered["until"], lowered["days"]) == ("A", "2026-05-21", [])
        (allowed,) = self.run("get_authorisations", patient_id=self.patient).json()["authorisations"]
        assert allowed["category"] == "A"
        self.run("withdraw_descoring", patient_id=self.patient)
        (allowed,) = self.run("get_authorisations", patient_id=self.patient).json()["authorisations"]
        assert allowed["category"] == "B"
        self.run("withdraw_authorisation", patient_id=self.patient)
        assert self.run("get_authorisations", patient_id=self.patient).json() == {"authorisations": []}
        self.run("correct_patient", patient_id=self.patient)
        self.run("merge_patient", patient_id=self.twin)
        self.run("unmerge_patient", patient_id=self.twin)
        found = self.run("search_patients", status=303).headers["location"]
        self.run("get_search_result", result=found.rpartition("/")[2])

    def _register_with_mycarenet(self) -> None:
        where = {"establishment_id": self.where}
        one = where | {"registration_id": self.run("create_registration", **where).json()["registration_id"]}
        many = self.run("create_registrations", **where).json()["registrations"]
        assert [told["outcome"] for told in many] == ["known", "created"]
        self.run("record_mandate", **one)
        self.run("note_condition", **one, condition="staff_rights")
        told = self.run("list_registrations", **where).json()
        mandate = told["registrations"][0]["mandates"][0]
        self.run("revoke_mandate", **one, mandate_id=mandate["mandate_id"], status=200)
        self.run("reopen_condition", **one, condition="staff_rights")
        self.run("end_registration", **one)
        self.run("get_timeline", stream_id=told["stream_id"])

    def _open_a_session(self) -> None:
        """With a token service that gives whoever asks one."""
        where = {"establishment_id": self.where}
        known: Any = self.service.quittance.sessions_over_mycarenet
        known._desk = TellingDesk(self.service.clock)
        opened = self.run("open_mycarenet_session", **where).json()
        told = self.run("get_mycarenet_session", **where).json()
        assert (told["session"], told["is_needed"]) == (opened, True)
        assert self.run("renew_mycarenet_session", **where).json()["session_id"] == opened["session_id"]
        prepared = self.run("prepare_card_session", **where).json()
        self.run("finish_card_session", **where, request_id=prepared["request_id"])
        self.run("close_mycarenet_session", **where)
        assert self.run("get_mycarenet_session", **where).json()["session"] is None
        self.run("get_timeline", stream_id=told["stream_id"])

    def _price(self) -> None:
        """The fictitious set, and set aside in the end: the care of the story brings its own amounts."""
        content = sample_tariff(BE_NURSING)
        loaded = self.run("load_tariffs", establishment_id=self.where, content=content).json()["set"]
        named = {"establishment_id": self.where, "set_id": loaded["id"]}
        self.run("accept_tariffs", **named)
        asked = {"code": "990022", "day": "2026-02-03", "ct1": "110", "ct2": "110"}
        price = self.run("get_price", establishment_id=self.where, **asked).json()
        assert (price["amount_cents"], price["patient_share_cents"]) == (409, 37)
        told = self.run("get_what_if", establishment_id=self.where, month="2026-01", category="A").json()
        assert (told["days"], told["currency"]) == (0, "EUR")
        self.run("list_tariffs", establishment_id=self.where)
        self.run("get_tariffs", **named)
        self.run("get_tariff_changes", **named)
        self.run("set_tariffs_aside", **named)

    def _record_care(self) -> None:
        first, second = self.run("record_care").json()["lines"]
        self.day = first["day_id"]
        assert second["possible_duplicate"]
        self.run("get_billing_day", day_id=self.day)
        self.run("correct_line", day_id=self.day, line_id=first["line_id"])
        self.run("confirm_line", day_id=self.day, line_id=second["line_id"])
        self.run("confirm_amount", day_id=self.day, line_id=second["line_id"])
        self.run("withdraw_line", day_id=self.day, line_id=second["line_id"])
        self.run("lift_time_bar", day_id=self.day)
        nurse = b'{"kind": "provider", "nihii": "41234502401", "last_name": "Test", "first_name": "Anne"}\n'
        assert self.run("load_register", content=nurse).json()["rejected"] == []
        csv = b"ssin;date;code;amount_cents;provider\n85073003328;2026-02-05;425014;721;41234502401\n"
        taken = self.run("import_care", establishment_id=self.where, content=csv).json()
        self.run("list_imports")
        self.run("get_import", import_id=taken["import_id"])
        self.run("undo_import", import_id=taken["import_id"])

    def _bill(self) -> None:
        self.run("bill_month")
        billing = self.example("bill_month") | {"dry_run": False}
        first = self.run("bill_month", json=billing).json()["run_id"]
        self.run("list_billing_runs")
        self.run("get_billing_run", run_id=first)
        self.run("cancel_billing_run", run_id=first)
        self.run("start_numbers", establishment_id=self.where)
        self.sending = self.run("bill_month", json=billing).json()["sendings"][0]["sending_id"]
        self.run("get_sending", sending_id=self.sending)
        content = self.run("get_sending_file", sending_id=self.sending).content
        taken = Desk(Arrived(content, "100", self.service.clock.now(), number_is_taken=True), 1, USUAL).answers()[0]
        uploaded = self.run("upload_answer", establishment_id=self.where, content=taken.content).json()
        assert uploaded["items"] == ["duplicate_refusal"]
        (item,) = self.run("list_items").json()["items"]
        self.run("get_item", item_id=item["item_id"])
        self.run("settle_item", item_id=item["item_id"])
        self.run("confirm_rejection", sending_id=self.sending)
        self.sending = self.run("bill_month", json=billing).json()["sendings"][0]["sending_id"]
        transport: Any = self.service.quittance.transport
        transport.scenario = replace(USUAL, lose_file=True)
        self.run("send_sendings")
        transport.scenario = USUAL
        self.run("resolve_sending", sending_id=self.sending)
        self._wait_for_a_session(transport)
        self.run("send_sendings")
        self._ask_in_vain(transport)
        for _ in range(4):
            self.service.clock.forward(days=10)
            self.run("collect_answers")
        self.name("day", self.day)
        foreseen = self.run("decide_days").json()
        assert foreseen["run"] is None
        assert foreseen["left"][0]["text"]
        self.run("restore_days")
        for operation in ("confirm_decisions", "decline_decisions"):
            assert self.run(operation).json()["left"][0]["code"] == "correction_nothing_proposed"
        self._rules()
        answer = self.run("list_answers").json()["answers"][-1]
        self.run("get_answer", message_id=answer["message_id"])
        self.run("get_answer_file", message_id=answer["message_id"])
        for operation in ("mark_sending_read", "archive_sending", "unarchive_sending"):
            self.run(operation, sending_id=self.sending)
        self._give_documents()
        self.run("take_over_files", establishment_id=self.where, files=[("files", ("old", content))])

    def _ask_together(self) -> None:
        told = self.run("ask_insurability_together").json()
        assert (told["status"], told["asked"], told["left_out"]) == ("waiting", [self.patient], [])
        newest, *_ = self.run("get_insurability_queries", patient_id=self.patient).json()["queries"]
        assert (newest["asked"]["status"], newest["asked"]["batch"]) == ("waiting", told["reference"])
        came = self.run("collect_insurability_answers").json()["reports"]
        assert [one["count"] for one in came] == [0, 1]
        batch = self.run("get_insurability_batch", reference=told["reference"], establishment_id=self.where).json()
        assert (batch["status"], batch["answered"], batch["total"]) == ("answered", 1, 1)

    def _queue_a_question(self) -> None:
        """Without a session it waits; in one, what was withdrawn is not asked any more."""
        service: Any = self.service.quittance.insurability._service
        service.opened = False
        asked = self.run("ask_insurability", patient_id=self.patient).json()
        assert (asked["status"], asked["codes"], asked["advice"]) == ("queued", [], "")
        named = {"patient_id": self.patient, "reference": asked["reference"]}
        taken_back = self.run("withdraw_insurability_query", **named).json()
        assert (taken_back["status"], taken_back["codes"][0]["code"]) == ("failed", "withdrawn")
        service.opened = True

    def _wait_for_a_session(self, transport: Any) -> None:
        transport.is_open = lambda _: False
        assert {one["outcome"] for one in self.run("send_sendings").json()["sendings"]} == {"queued"}
        assert self.run("collect_answers").json() == {"outcome": "queued", "answers": []}
        self.run("unqueue_sending", sending_id=self.sending)
        del transport.is_open

    def _ask_in_vain(self, transport: Any) -> None:
        self.service.clock.forward(seconds=1)
        transport.collect = lambda _: Collected((), b"<soap/>")
        assert self.run("collect_answers").json()["outcome"] == "nothing"
        del transport.collect
        asked = self.run("list_polls", descending=True, mailbox="invoicing").json()["polls"]
        assert [one["outcome"] for one in asked] == ["nothing", "queued"]
        assert self.run("get_poll_proof", poll_id=asked[0]["poll_id"]).content == b"<soap/>"
        self.run("list_silent_sendings")

    def _give_documents(self) -> None:
        """To the patients of the file; one is noted by mistake, and all that are left at once."""
        due = self.run("get_due_patient_documents", sending_id=self.sending).json()["documents"]
        invoice = due[0]["invoice_id"]
        told = self.run("get_patient_document", invoice_id=invoice).json()
        assert (told["is_due"], told["given"], told["is_corrected"]) == (True, [], False)
        assert sum(line["asked_cents"] for line in told["lines"]) == told["asked_cents"]
        assert self.run("get_patient_document_pdf", invoice_id=invoice).content.startswith(b"%PDF")
        assert self.run("get_patient_documents_pdf", sending_id=self.sending).content.startswith(b"%PDF")
        assert self.run("give_patient_document", invoice_id=invoice).json()["invoice_ids"] == [invoice]
        (given,) = self.run("get_patient_document", invoice_id=invoice, edition="1").json()["given"]
        assert (given["nth"], given["way"], given["given_on"]) == (1, "given", "2026-03-02")
        self.run("withdraw_patient_document", invoice_id=invoice)
        given_at_once = self.run("give_patient_documents", sending_id=self.sending).json()["invoice_ids"]
        assert given_at_once == [one["invoice_id"] for one in due]
        assert self.run("get_due_patient_documents", sending_id=self.sending).json()["documents"] == []

    def _rules(self) -> None:
        """Tried and switched on as it was seen; nothing here is refused for its code, so nothing is to be taken back."""
        rule = {"codes": ["500522"], "decision": "rebill", "establishment_id": self.where}
        asked = self.run("try_correction_rule", **rule).json()
        on = self.example("switch_rule_on") | {"trial": asked["sha256"]}
        rule = self.run("switch_rule_on", json=on).json()["rule_id"]
        assert self.run("apply_correction_rules").json()["applied"] == []
        (known,) = self.run("list_correction_rules").json()["rules"]
        assert (known["rule_id"], known["is_on"]) == (rule, True)
        self.run("take_rule_back", status=404, rule_id=rule)
        self.run("switch_rule_off", rule_id=rule)

    def _look(self) -> None:
        for operation in (
            "list_sendings",
            "list_invoices",
            "list_billing_days",
            "list_refusals",
            "list_refusal_causes",
            "list_suggestions",
        ):
            self.run(operation)
            self.run(operation, establishment_id=self.where)
        invoice = self.run("list_invoices").json()["invoices"][-1]["invoice_id"]
        self.run("get_invoice", invoice_id=invoice)
        self.run("get_sending_tree", sending_id=self.sending)
        self.run("list_periods")
        self.run("list_corrections", month="2026-11")
        self.run("list_unions")
        self.run("list_refusal_codes")
        self.run("load_code_list", content=b"code;letter;fr\n502255;R;Un texte officiel\n")
        self.run("get_refusal_code", code="301/40")
        self.run("get_refusal_code", code="502255")
        self.run("get_rules")
        for stream in (self.where, self.patient, self.day, self.sending, invoice):
            self.run("get_timeline", stream_id=stream)
        self.run("list_events")
        self.run("check_liveness")
        self.run("check_readiness")
        self.run("get_openapi")

    def _put_on_paper(self) -> None:
        """Care of a patient of a medical house: every word that a person may note of its document."""
        (period,) = self.example("record_insurability")["periods"]
        house = [period | {"destination": "81000146111"}]
        self.run("record_insurability", patient_id=self.twin, json={"periods": house})
        care = self.example("record_care")
        lines = [line | {"patient_id": self.twin} for line in care["lines"][:1]]
        self.run("record_care", json=care | {"lines": lines})
        billing = self.example("bill_month") | {"dry_run": False, "leave_undecided": True}
        (total,) = self.run("bill_month", json=billing).json()["documents"]
        (document,) = total["document_ids"]
        (listed,) = self.run("list_documents").json()["documents"]
        assert (listed["document_id"], listed["destination"]) == (document, "81000146111")
        named = {"document_id": document}
        asked = self.run("get_document", **named).json()
        assert asked["communication"][:10] == asked["number"]
        assert self.run("hand_out_document", **named).json()["status"] == "handed_out"
        assert self.run("note_document_refusal", **named).json()["status"] == "refused"
        assert self.run("reopen_document", **named).json()["status"] == "handed_out"
        self.run("note_document_payment", **named)
        paid = self.run("get_document", **named).json()
        assert paid["paid_cents"] + paid["open_cents"] == paid["amount_cents"]
        self.run("reopen_document", **named)
        assert self.run("cancel_document", **named).json()["status"] == "cancelled"
        self.run("get_timeline", stream_id=document)

    def _administer(self) -> None:
        prefix = self.run("issue_api_key").json()["prefix"]
        self.run("list_api_keys")
        self.run("revoke_api_key", prefix=prefix)
        self.run("record_insurability", patient_id=self.patient)
        self.run("confirm_insurability", patient_id=self.patient)
        self.run("replace_number", patient_id=self.patient)
        self.run("erase_patient", patient_id=self.twin)
        assert ok(self.service.get(f"/patients/{self.twin}"))["last_name"] is None

    def _real(self, given: Any) -> Any:
        match given:
            case dict():
                return {name: self._real(value) for name, value in given.items()}
            case list():
                return [self._real(value) for value in given]
            case str():
                return self.ids.get(given, given)
        return given
