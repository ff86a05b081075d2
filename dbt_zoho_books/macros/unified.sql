{# The status of a document in a unified model. A document that is due, or was sent, is open. #}
{% macro unified_status(status, balance, total) -%}
    case
        when {{ status }} = 'draft' then 'DRAFT'
        when {{ status }} = 'void' then 'VOID'
        when {{ status }} in ('pending_approval', 'approved', 'rejected') then 'SUBMITTED'
        when {{ status }} in ('paid', 'closed') then 'PAID'
        when {{ balance }} = 0 and {{ total }} <> 0 then 'PAID'
        when {{ balance }} < {{ total }} then 'PARTIALLY_PAID'
        else 'OPEN'
    end
{%- endmacro %}

{# Documents of some types, as unified accounting models show them. #}
{% macro select_unified_documents(document_types, contact) %}
with paid as (
    select organization_id, document_type, document_id, max(settled_on) as paid_on
    from {{ ref('int_settlements') }}
    group by organization_id, document_type, document_id
)

select
    documents.organization_id,
    documents.document_id as remote_id,
    documents.document_type as type,
    documents.document_number as number,
    documents.contact_id as {{ contact }},
    documents.issued_on as issue_date,
    documents.due_on as due_date,
    case when documents.balance = 0 then paid.paid_on end as paid_on_date,
    {{ zoho_books.unified_status('documents.status', 'documents.balance', 'documents.total') }} as status,
    documents.currency_code as currency,
    documents.exchange_rate,
    documents.sub_total,
    documents.tax_total as total_tax_amount,
    documents.discount_total as total_discount,
    documents.total as total_amount,
    documents.balance,
    documents.is_inclusive_tax as inclusive_of_tax,
    documents.updated_at as remote_updated_at,
    false as remote_was_deleted
from {{ ref('int_documents') }} as documents
left join paid
    on documents.organization_id = paid.organization_id
    and documents.document_type = paid.document_type
    and documents.document_id = paid.document_id
where documents.document_type in ('{{ document_types | join("', '") }}')
{% endmacro %}

{# Lines of documents of some types, as unified accounting models show them. #}
{% macro select_unified_lines(marts, document_types, parent) %}
with lines as (
    {%- for mart in marts %}
    select * from {{ ref(mart) }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)

select
    organization_id,
    concat(document_id, '|', line_id) as remote_id,
    document_id as {{ parent }},
    document_type as type,
    line_number,
    item_id as item,
    account_id as account,
    coalesce(description, name) as description,
    quantity,
    rate as unit_price,
    line_total as total_line_amount,
    tax_id as tax_rate,
    project_id as project,
    currency_code as currency
from lines
where document_type in ('{{ document_types | join("', '") }}')
{% endmacro %}

{# Rows of a statement by period, with the name of their account. #}
{% macro select_unified_statement(statement) %}
select
    statements.organization_id,
    concat(statements.organization_id, '|', statements.basis, '|', statements.period_start) as statement,
    concat(statements.basis, '|', statements.period_start, '|', statements.row_key) as remote_id,
    upper(statements.basis) as basis,
    statements.period_start as start_period,
    statements.period_end as end_period,
    statements.row_type as type,
    statements.section,
    statements.account_id as account,
    coalesce(accounts.account_name, statements.row_key) as name,
    statements.amount as value,
    organizations.currency_code as currency
from {{ ref(statement) }} as statements
left join {{ ref('dim_accounts') }} as accounts
    on statements.organization_id = accounts.organization_id
    and statements.account_id = accounts.account_id
left join {{ ref('dim_organizations') }} as organizations
    on statements.organization_id = organizations.organization_id
{% endmacro %}
