{#- Of each document its whole form, or the row of its list if that is all that was loaded, or newer. -#}
{%- set kinds = [
    ('invoice', 'invoice_details', 'invoices', 'invoice_id', 'invoice_number', 'customer_id', 'due_date'),
    ('debit_note', 'customer_debit_note_details', 'customer_debit_notes', 'invoice_id', 'invoice_number', 'customer_id', 'due_date'),
    ('credit_note', 'credit_note_details', 'credit_notes', 'creditnote_id', 'creditnote_number', 'customer_id', none),
    ('sales_receipt', 'sales_receipt_details', 'sales_receipts', 'sales_receipt_id', 'receipt_number', 'customer_id', none),
    ('bill', 'bill_details', 'bills', 'bill_id', 'bill_number', 'vendor_id', 'due_date'),
    ('vendor_credit', 'vendor_credit_details', 'vendor_credits', 'vendor_credit_id', 'vendor_credit_number', 'vendor_id', none),
    ('purchase_order', 'purchase_order_details', 'purchase_orders', 'purchaseorder_id', 'purchaseorder_number', 'vendor_id', 'delivery_date'),
    ('expense', 'expense_details', 'expenses', 'expense_id', 'reference_number', 'vendor_id', none),
] -%}
{%- set text, numeric = zoho_books.type_of('text'), zoho_books.type_of('numeric') -%}
{%- set json, boolean = zoho_books.type_of('json'), 'boolean' -%}
{%- set with_salesperson = ['invoice', 'debit_note', 'credit_note'] -%}
{%- set without_location = ['sales_receipt', 'purchase_order', 'expense'] -%}
{%- set listed_charges = ['invoice', 'debit_note'] -%}
with every as (
    {%- for kind, whole, list, id, number, contact, due in kinds %}
    {%- for stream, is_whole in [(whole, true), (list, false)] %}
    {%- set has_head = is_whole and kind != 'expense' %}
    select
        organization_id,
        '{{ kind }}' as document_type,
        {{ id }} as document_id,
        {{ number }} as document_number,
        {{ contact }} as contact_id,
        reference_number,
        status,
        date as issued_on,
        {{ due if due else 'cast(null as date)' }} as due_on,
        currency_code,
        exchange_rate,
        {{ 'sub_total' if is_whole else ('total_without_tax' if kind == 'expense' else 'cast(null as ' ~ numeric ~ ')') }} as sub_total,
        {{ 'tax_total' if has_head else ('tax_amount' if is_whole else ('total - total_without_tax' if kind == 'expense' else 'cast(null as ' ~ numeric ~ ')')) }} as tax_total,
        {{ 'discount_total' if has_head else 'cast(null as ' ~ numeric ~ ')' }} as discount_total,
        {{ 'discount_type' if has_head else 'cast(null as ' ~ text ~ ')' }} as discount_type,
        {{ 'is_discount_before_tax' if has_head else 'cast(null as boolean)' }} as is_discount_before_tax,
        {{ 'is_inclusive_tax' if is_whole else 'cast(null as boolean)' }} as is_inclusive_tax,
        {{ 'shipping_charge' if has_head or kind in listed_charges else 'cast(null as ' ~ numeric ~ ')' }} as shipping_charge,
        {{ 'adjustment' if has_head or kind in listed_charges else 'cast(null as ' ~ numeric ~ ')' }} as adjustment,
        {{ 'roundoff_value' if has_head else 'cast(null as ' ~ numeric ~ ')' }} as roundoff_value,
        {{ 'write_off_amount' if has_head or kind in listed_charges else 'cast(null as ' ~ numeric ~ ')' }} as write_off_amount,
        total,
        {{ 'balance' if kind not in without_location else 'cast(null as ' ~ numeric ~ ')' }} as balance,
        {{ 'salesperson_id' if kind in with_salesperson else 'cast(null as ' ~ text ~ ')' }} as salesperson_id,
        {{ 'location_id' if kind not in without_location else 'cast(null as ' ~ text ~ ')' }} as location_id,
        {{ 'paid_through_account_id' if kind == 'expense' else 'cast(null as ' ~ text ~ ')' }} as paid_through_account_id,
        {{ 'account_id' if kind == 'expense' else 'cast(null as ' ~ text ~ ')' }} as account_id,
        {{ 'customer_id' if kind == 'expense' else 'cast(null as ' ~ text ~ ')' }} as billable_customer_id,
        {{ 'is_billable' if kind == 'expense' else 'cast(null as boolean)' }} as is_billable,
        {{ 'description' if kind == 'expense' else 'cast(null as ' ~ text ~ ')' }} as description,
        {{ 'last_payment_date' if kind in listed_charges else 'cast(null as date)' }} as last_payment_on,
        {{ 'line_items' if is_whole else 'cast(null as ' ~ json ~ ')' }} as line_items,
        {{ 'taxes' if is_whole else 'cast(null as ' ~ json ~ ')' }} as taxes,
        created_time as created_at,
        last_modified_time as updated_at,
        {{ is_whole }} as is_whole
    from {{ ref('stg_zoho_books__' ~ stream) }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

ranked as (
    select
        every.*,
        row_number() over (
            partition by organization_id, document_type, document_id
            order by case when is_whole then 0 else 1 end
        ) as place,
        -- A list row that is newer than the whole document has the newer state.
        first_value(status) over (
            partition by organization_id, document_type, document_id
            order by updated_at desc, case when is_whole then 0 else 1 end
        ) as newest_status,
        first_value(balance) over (
            partition by organization_id, document_type, document_id
            order by updated_at desc, case when is_whole then 0 else 1 end
        ) as newest_balance
    from every
),

-- A document that does not show its currency or rate was posted in one.
posted as (
    select organization_id, transaction_id, max(exchange_rate) as exchange_rate,
        max(currency_code) as currency_code
    from {{ ref('int_postings') }}
    where basis = 'accrual'
    group by organization_id, transaction_id
)

select
    ranked.organization_id,
    ranked.document_type,
    ranked.document_id,
    ranked.document_number,
    ranked.contact_id,
    ranked.reference_number,
    coalesce(ranked.newest_status, ranked.status) as status,
    coalesce(ranked.newest_status, ranked.status) not in (
        'draft', 'void', 'pending_approval', 'approved', 'rejected'
    ) as is_posted,
    ranked.issued_on,
    ranked.due_on,
    coalesce(ranked.currency_code, posted.currency_code, contacts.currency_code) as currency_code,
    coalesce(
        ranked.exchange_rate,
        case
            when coalesce(ranked.currency_code, posted.currency_code, contacts.currency_code)
                = organizations.currency_code
                then {{ zoho_books.to_amount(1) }}
        end,
        posted.exchange_rate
    ) as exchange_rate,
    ranked.sub_total,
    ranked.tax_total,
    ranked.discount_total,
    ranked.discount_type,
    ranked.is_discount_before_tax,
    ranked.is_inclusive_tax,
    ranked.shipping_charge,
    ranked.adjustment,
    ranked.roundoff_value,
    ranked.write_off_amount,
    ranked.total,
    coalesce(ranked.newest_balance, ranked.balance) as balance,
    ranked.salesperson_id,
    ranked.location_id,
    ranked.paid_through_account_id,
    ranked.account_id,
    ranked.billable_customer_id,
    ranked.is_billable,
    ranked.description,
    ranked.last_payment_on,
    ranked.line_items,
    ranked.taxes,
    ranked.created_at,
    ranked.updated_at,
    ranked.is_whole,
    organizations.currency_code as base_currency_code,
    organizations.currency_decimals,
    organizations.loaded_on
from ranked
left join {{ ref('int_organizations') }} as organizations
    on ranked.organization_id = organizations.organization_id
left join posted
    on ranked.organization_id = posted.organization_id
    and ranked.document_id = posted.transaction_id
left join {{ ref('int_contacts') }} as contacts
    on ranked.organization_id = contacts.organization_id
    and ranked.contact_id = contacts.contact_id
where ranked.place = 1
