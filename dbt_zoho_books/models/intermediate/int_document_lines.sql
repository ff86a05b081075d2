with lines as (
    select
        documents.organization_id,
        documents.document_type,
        documents.document_id,
        cast(line.position as integer) as line_number,
        coalesce(
            {{ zoho_books.json_text('line.value', 'line_item_id') }}, cast(line.position as {{ zoho_books.type_of('text') }})
        ) as line_id,
        {{ zoho_books.json_text('line.value', 'item_id') }} as item_id,
        coalesce(
            {{ zoho_books.json_text('line.value', 'account_id') }}, documents.account_id
        ) as account_id,
        {{ zoho_books.json_text('line.value', 'name') }} as name,
        {{ zoho_books.json_text('line.value', 'description') }} as description,
        {{ zoho_books.json_amount('line.value', 'quantity') }} as quantity,
        {{ zoho_books.json_amount('line.value', 'rate') }} as rate,
        coalesce({{ zoho_books.json_amount('line.value', 'discount_amount') }}, {{ zoho_books.zero() }}) as discount_amount,
        coalesce(
            {{ zoho_books.json_amount('line.value', 'item_total') }}, {{ zoho_books.json_amount('line.value', 'amount') }}
        ) as line_total,
        {{ zoho_books.json_text('line.value', 'tax_id') }} as tax_id,
        {{ zoho_books.json_text('line.value', 'tax_name') }} as tax_name,
        {{ zoho_books.json_amount('line.value', 'tax_percentage') }} as tax_percentage,
        {{ zoho_books.json_text('line.value', 'project_id') }} as project_id,
        {{ zoho_books.json_text('line.value', 'customer_id') }} as line_customer_id,
        {{ zoho_books.json_value('line.value', 'line_item_taxes') }} as line_taxes,
        {{ zoho_books.json_value('line.value', 'tags') }} as tags
    from {{ ref('int_documents') }} as documents
    cross join {{ zoho_books.json_elements('documents.line_items', 'line') }}
),

-- An expense that was not itemized has no lines: it is one itself.
whole_expenses as (
    select
        organization_id,
        document_type,
        document_id,
        1 as line_number,
        document_id as line_id,
        cast(null as {{ zoho_books.type_of('text') }}) as item_id,
        account_id,
        cast(null as {{ zoho_books.type_of('text') }}) as name,
        description,
        {{ zoho_books.to_amount(1) }} as quantity,
        coalesce(sub_total, total) as rate,
        {{ zoho_books.zero() }} as discount_amount,
        coalesce(sub_total, total) as line_total,
        cast(null as {{ zoho_books.type_of('text') }}) as tax_id,
        cast(null as {{ zoho_books.type_of('text') }}) as tax_name,
        cast(null as {{ zoho_books.type_of('numeric') }}) as tax_percentage,
        cast(null as {{ zoho_books.type_of('text') }}) as project_id,
        billable_customer_id as line_customer_id,
        cast(null as {{ zoho_books.type_of('json') }}) as line_taxes,
        cast(null as {{ zoho_books.type_of('json') }}) as tags
    from {{ ref('int_documents') }} as documents
    where document_type = 'expense'
        and not exists (
            select 1 from lines
            where lines.organization_id = documents.organization_id
                and lines.document_type = documents.document_type
                and lines.document_id = documents.document_id
        )
)

select * from lines
union all
select * from whole_expenses
