{# Open documents of a side, with the bucket of their age. #}
{% macro select_aging(side) %}
select
    items.organization_id,
    items.as_of,
    items.document_type,
    items.document_id,
    items.document_number,
    items.contact_id,
    items.currency_code,
    items.issued_on,
    items.due_on,
    cast(case when items.days_from_due > 0 then items.days_from_due else 0 end as integer) as days_overdue,
    case
        when items.days_from_due <= 0 then 'current'
        when items.days_from_due <= 30 then '1_to_30'
        when items.days_from_due <= 60 then '31_to_60'
        when items.days_from_due <= 90 then '61_to_90'
        else 'over_90'
    end as bucket,
    items.open_amount,
    items.base_open_amount
from {{ ref('int_open_items') }} as items
where items.side = '{{ side }}'
    and items.document_type in ('invoice', 'debit_note', 'bill')
{% endmacro %}

{# Lines of some types of documents, with what their document says of them. #}
{% macro select_lines(document_types) %}
select
    lines.organization_id,
    lines.document_type,
    lines.document_id,
    lines.line_number,
    lines.line_id,
    documents.document_number,
    documents.contact_id,
    documents.status,
    documents.is_posted,
    documents.issued_on,
    documents.currency_code,
    documents.exchange_rate,
    lines.item_id,
    lines.account_id,
    lines.name,
    lines.description,
    lines.quantity,
    lines.rate,
    lines.discount_amount,
    {{ zoho_books.to_amount('lines.line_total') }} as line_total,
    {{ zoho_books.to_amount(zoho_books.round_to('lines.line_total * documents.exchange_rate', 'documents.currency_decimals')) }} as base_line_total,
    lines.tax_id,
    lines.tax_name,
    lines.tax_percentage,
    lines.project_id,
    documents.salesperson_id,
    documents.location_id
from {{ ref('int_document_lines') }} as lines
inner join {{ ref('int_documents') }} as documents
    on lines.organization_id = documents.organization_id
    and lines.document_type = documents.document_type
    and lines.document_id = documents.document_id
where lines.document_type in ('{{ document_types | join("', '") }}')
{% endmacro %}
