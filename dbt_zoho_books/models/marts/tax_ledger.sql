with parts as (
    select
        lines.organization_id,
        lines.document_type,
        lines.document_id,
        {{ zoho_books.json_text('part.value', 'tax_name') }} as tax_name,
        sum(lines.line_total) as taxable_amount
    from {{ ref('int_document_lines') }} as lines
    cross join {{ zoho_books.json_elements('lines.line_taxes', 'part') }}
    group by
        lines.organization_id, lines.document_type, lines.document_id,
        {{ zoho_books.json_text('part.value', 'tax_name') }}
),

signed as (
    select
        taxes.organization_id,
        taxes.document_type,
        taxes.document_id,
        taxes.tax_number,
        documents.document_number,
        documents.contact_id,
        documents.issued_on,
        documents.status,
        documents.is_posted,
        taxes.tax_id,
        taxes.tax_name,
        taxes.tax_percentage,
        documents.currency_code,
        documents.exchange_rate,
        documents.currency_decimals,
        case
            when taxes.document_type in ('bill', 'vendor_credit', 'expense') then 'input'
            else 'output'
        end as direction,
        case when taxes.document_type in ('credit_note', 'vendor_credit') then -1 else 1 end as sign,
        taxes.tax_amount,
        parts.taxable_amount
    from {{ ref('int_document_taxes') }} as taxes
    inner join {{ ref('int_documents') }} as documents
        on taxes.organization_id = documents.organization_id
        and taxes.document_type = documents.document_type
        and taxes.document_id = documents.document_id
    left join parts
        on taxes.organization_id = parts.organization_id
        and taxes.document_type = parts.document_type
        and taxes.document_id = parts.document_id
        and taxes.tax_name = parts.tax_name
    where taxes.document_type <> 'purchase_order'
)

select
    organization_id,
    document_type,
    document_id,
    tax_number,
    document_number,
    contact_id,
    issued_on,
    status,
    is_posted,
    direction,
    tax_id,
    tax_name,
    tax_percentage,
    currency_code,
    {{ zoho_books.to_amount('sign * taxable_amount') }} as taxable_amount,
    {{ zoho_books.to_amount('sign * tax_amount') }} as tax_amount,
    {{ zoho_books.to_amount('sign * ' ~ zoho_books.round_to('tax_amount * exchange_rate', 'currency_decimals')) }} as base_tax_amount
from signed
