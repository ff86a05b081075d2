{#- What documents alone say of the ledger, beside what was posted: a cross-check, and no ledger. -#}
{%- set receivable = ['invoice', 'debit_note', 'credit_note'] -%}
{%- set payable = ['bill', 'vendor_credit'] -%}
{%- set text = zoho_books.type_of('text') -%}
{%- set base_total -%}
{{ zoho_books.round_to('documents.total * documents.exchange_rate', 'documents.currency_decimals') }}
{%- endset -%}
{%- set base_line -%}
{{ zoho_books.round_to('lines.line_total * documents.exchange_rate', 'documents.currency_decimals') }}
{%- endset -%}
with posted as (
    select
        ledger.organization_id,
        ledger.transaction_id,
        case
            when accounts.account_type in ('accounts_receivable', 'accounts_payable') then accounts.account_type
            else ledger.account_id
        end as subject,
        max(accounts.account_type) as account_type,
        max(accounts.account_class) as account_class,
        sum(ledger.amount) as amount
    from {{ ref('general_ledger') }} as ledger
    left join {{ ref('int_accounts') }} as accounts
        on ledger.organization_id = accounts.organization_id
        and ledger.account_id = accounts.account_id
    where ledger.basis = 'accrual'
    group by
        ledger.organization_id,
        ledger.transaction_id,
        case
            when accounts.account_type in ('accounts_receivable', 'accounts_payable') then accounts.account_type
            else ledger.account_id
        end
),

-- Documents whose lines and postings were both loaded; ledger_exceptions has the others.
documents as (
    select
        documents.*,
        exists (
            select 1 from {{ ref('int_document_lines') }} as lines
            where lines.organization_id = documents.organization_id
                and lines.document_type = documents.document_type
                and lines.document_id = documents.document_id
                and lines.account_id is null
        ) as has_line_without_account,
        case documents.currency_decimals
            when 0 then 1 when 1 then 0.1 when 3 then 0.001 when 4 then 0.0001 else 0.01
        end as smallest_amount
    from {{ ref('int_documents') }} as documents
    where documents.is_posted
        and documents.is_whole
        and documents.exchange_rate is not null
        and documents.document_type <> 'purchase_order'
        and exists (
            select 1 from posted
            where posted.organization_id = documents.organization_id
                and posted.transaction_id = documents.document_id
        )
),

legs as (
    select
        documents.organization_id, documents.document_type, documents.document_id,
        case
            when documents.document_type in ('{{ receivable | join("', '") }}') then 'accounts_receivable'
            when documents.document_type in ('{{ payable | join("', '") }}') then 'accounts_payable'
            else documents.paid_through_account_id
        end as subject,
        case when documents.document_type in ('invoice', 'debit_note', 'vendor_credit') then {{ base_total }}
            else -{{ base_total }}
        end as amount
    from documents
    where documents.document_type <> 'sales_receipt'  -- it does not name the account of its payment
    union all
    select
        documents.organization_id, documents.document_type, documents.document_id, lines.account_id,
        case
            when documents.document_type in ('credit_note', 'bill', 'expense') then {{ base_line }}
            else -{{ base_line }}
        end
    from documents
    inner join {{ ref('int_document_lines') }} as lines
        on documents.organization_id = lines.organization_id
        and documents.document_type = lines.document_type
        and documents.document_id = lines.document_id
),

derived as (
    select
        organization_id, document_type, document_id, subject, sum(amount) as amount,
        count(*) as leg_count
    from legs
    where subject is not null
    group by organization_id, document_type, document_id, subject
),

posted_of_documents as (
    select
        documents.organization_id, documents.document_type, documents.document_id, posted.subject,
        posted.amount, posted.account_type, posted.account_class
    from documents
    inner join posted
        on documents.organization_id = posted.organization_id
        and documents.document_id = posted.transaction_id
),

compared as (
    select
        coalesce(derived.organization_id, found.organization_id) as organization_id,
        coalesce(derived.document_type, found.document_type) as document_type,
        coalesce(derived.document_id, found.document_id) as document_id,
        coalesce(derived.subject, found.subject) as subject,
        coalesce(derived.amount, 0) as derived_amount,
        coalesce(found.amount, 0) as posted_amount,
        coalesce(derived.amount, 0) - coalesce(found.amount, 0) as difference,
        coalesce(derived.leg_count, 0) as leg_count,
        derived.organization_id is not null as is_derived,
        found.account_type,
        found.account_class
    from derived
    full outer join posted_of_documents as found
        on derived.organization_id = found.organization_id
        and derived.document_type = found.document_type
        and derived.document_id = found.document_id
        and derived.subject = found.subject
)

select
    compared.organization_id,
    compared.document_type,
    compared.document_id,
    compared.subject,
    documents.issued_on,
    {{ zoho_books.to_amount('compared.derived_amount') }} as derived_amount,
    {{ zoho_books.to_amount('compared.posted_amount') }} as posted_amount,
    {{ zoho_books.to_amount('compared.difference') }} as difference,
    cast(
        case
            when compared.difference = 0 then 'agrees'
            when compared.is_derived
                and abs(compared.difference) <= documents.smallest_amount * compared.leg_count then 'rounding'
            when compared.account_type in ('stock', 'cost_of_goods_sold') and not compared.is_derived
                then 'cost_of_goods'
            when compared.subject in ('accounts_receivable', 'accounts_payable') then 'unexplained'
            when documents.document_type = 'sales_receipt' and compared.posted_amount = {{ base_total }}
                then 'payment_account'
            when not compared.is_derived
                and (documents.tax_total is null or documents.tax_total <> 0)
                and compared.account_class in ('asset', 'liability')
                and compared.account_type not in ('cash', 'bank') then 'tax'
            when not compared.is_derived and documents.has_line_without_account then 'line_without_account'
            when not compared.is_derived
                and (
                    coalesce(documents.discount_total, 0) <> 0
                    or coalesce(documents.shipping_charge, 0) <> 0
                    or coalesce(documents.adjustment, 0) <> 0
                    or coalesce(documents.roundoff_value, 0) <> 0
                ) then 'discount_or_charge'
            when compared.is_derived and coalesce(documents.is_inclusive_tax, false) then 'inclusive_tax'
            when compared.is_derived and coalesce(documents.discount_total, 0) <> 0 then 'discount_or_charge'
            else 'unexplained'
        end as {{ text }}
    ) as reason
from compared
inner join documents
    on compared.organization_id = documents.organization_id
    and compared.document_type = documents.document_type
    and compared.document_id = documents.document_id
