"""Establishments as they are registered."""

from collections.abc import Collection
from uuid import UUID

from application.ports import Recorded, Row, Sql
from domain.establishment import EstablishmentDetailsCorrected, EstablishmentRegistered
from projections.scope import scoped
from projections.table import Index, Table, ViewRow, flag, text, uuid
from projections.view import RowView, Streams, on_stream

TABLE = Table(
    "establishments",
    (
        uuid("establishment_id", fixed=True),
        text("name"),
        text("sector"),
        text("tpp_number"),
        text("cbe_number"),
        text("iban"),
        text("bic"),
        text("contact_last_name"),
        text("contact_first_name"),
        text("contact_phone"),
        text("profession_code"),
        text("content_code"),
        flag("is_test"),
        text("country"),
    ),
    key="establishment_id",
    indexes=(Index(("tpp_number",)),),
)


def apply(_row: ViewRow | None, recorded: Recorded, _streams: Streams) -> ViewRow:
    """Both events carry all details."""
    details = recorded.event.details
    return {
        "establishment_id": recorded.stream_id,
        "name": details.name,
        "sector": details.sector,
        "tpp_number": details.tpp_number,
        "cbe_number": details.cbe_number,
        "iban": details.iban,
        "bic": details.bic,
        "contact_last_name": details.contact_last_name,
        "contact_first_name": details.contact_first_name,
        "contact_phone": details.contact_phone,
        "profession_code": details.profession_code,
        "content_code": details.content_code,
        "is_test": details.is_test,
        "country": details.country,
    }


VIEW = RowView(
    TABLE,
    version=2,
    touches=on_stream(EstablishmentRegistered, EstablishmentDetailsCorrected),
    apply=apply,
    is_register=True,
)


def establishments(sql: Sql, scope: Collection[UUID]) -> list[Row]:
    """Those in scope, by name."""
    where = scoped(scope)
    return sql.rows(
        f"SELECT {', '.join(TABLE.names)} FROM establishments WHERE {where.text} ORDER BY name, establishment_id",
        where.params,
    )


def every_establishment_id(sql: Sql) -> list[UUID]:
    """For the operator and for whoever grants scopes, never for a list."""
    return [row["establishment_id"] for row in sql.rows("SELECT establishment_id FROM establishments ORDER BY name")]
