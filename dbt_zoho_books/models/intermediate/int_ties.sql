{#- Every comparison of two figures that must be equal: a row a figure. -#}
{%- set reports = ['trial_balance', 'profit_and_loss', 'balance_sheet', 'cash_flow'] -%}
{%- set text = zoho_books.type_of('text') -%}
with ledger as (
    select
        ledger.organization_id, ledger.basis, ledger.account_id, ledger.posted_on,
        accounts.statement, accounts.account_class, accounts.normal_side, accounts.cash_flow_section,
        sum(ledger.debit) as debit, sum(ledger.credit) as credit, sum(ledger.amount) as amount
    from {{ ref('general_ledger') }} as ledger
    left join {{ ref('int_accounts') }} as accounts
        on ledger.organization_id = accounts.organization_id
        and ledger.account_id = accounts.account_id
    group by
        ledger.organization_id, ledger.basis, ledger.account_id, ledger.posted_on,
        accounts.statement, accounts.account_class, accounts.normal_side, accounts.cash_flow_section
),

bases as (
    select distinct organization_id, basis from ledger
),

{%- for report in reports %}
{{ report }}_rows as (
    select
        report.organization_id, report.basis, report.from_date, report.to_date, report.account_id,
        report.name, report.row_key,
        {% if report == 'trial_balance' -%}
        coalesce(report.debit, {{ zoho_books.zero() }}) - coalesce(report.credit, {{ zoho_books.zero() }}) as amount
        {%- else -%}
        report.amount
        {%- endif %}
    from {{ ref('stg_zoho_books__' ~ report) }} as report
    inner join bases
        on report.organization_id = bases.organization_id
        and report.basis = bases.basis
    where report.account_id is not null
),

{{ report }}_periods as (
    select
        report.organization_id, report.basis, report.from_date, report.to_date,
        max(case when report.tree_difference <> 0 or not coalesce(report.is_settled, true) then 1 else 0 end) = 1
            as is_explained
    from {{ ref('stg_zoho_books__' ~ report) }} as report
    inner join bases
        on report.organization_id = bases.organization_id
        and report.basis = bases.basis
    group by report.organization_id, report.basis, report.from_date, report.to_date
),

{{ report }}_found as (
    select
        periods.organization_id, periods.basis, periods.from_date, periods.to_date,
        ledger.account_id,
        sum(
            {% if report == 'trial_balance' -%} ledger.amount
            {%- elif report == 'profit_and_loss' -%}
            case when ledger.normal_side = 'credit' then -ledger.amount else ledger.amount end
            {%- elif report == 'balance_sheet' -%}
            case when ledger.account_class in ('liability', 'equity') then -ledger.amount else ledger.amount end
            {%- else -%} -ledger.amount
            {%- endif %}
        ) as amount
    from {{ report }}_periods as periods
    inner join ledger
        on periods.organization_id = ledger.organization_id
        and periods.basis = ledger.basis
        and periods.to_date >= ledger.posted_on
        {%- if report != 'balance_sheet' %}
        and periods.from_date <= ledger.posted_on
        {%- endif %}
    {%- if report == 'profit_and_loss' %}
    where ledger.statement = 'profit_and_loss'
    {%- elif report == 'balance_sheet' %}
    where ledger.statement = 'balance_sheet'
    {%- elif report == 'cash_flow' %}
    where ledger.statement = 'balance_sheet' and ledger.cash_flow_section <> 'cash'
    {%- endif %}
    group by
        periods.organization_id, periods.basis, periods.from_date, periods.to_date,
        ledger.account_id
),
{% endfor %}

-- The fiscal year of the day of a sheet, which may lie beyond the last load.
fiscal_years as (
    select
        periods.organization_id, periods.basis, periods.from_date, periods.to_date,
        periods.is_explained,
        cast(
            {{ dbt.dateadd(
                'month',
                '-mod(cast(extract(month from periods.to_date) as integer)'
                ~ ' - organizations.fiscal_start_month + 12, 12)',
                dbt.date_trunc('month', 'periods.to_date')
            ) }} as date
        ) as fiscal_year_start
    from balance_sheet_periods as periods
    inner join {{ ref('int_organizations') }} as organizations
        on periods.organization_id = organizations.organization_id
),

-- Profit by period, which the balance sheet and the cash flow show without postings.
profits as (
    select
        periods.organization_id, periods.basis, periods.from_date, periods.to_date,
        periods.is_explained,
        sum(case when ledger.posted_on >= periods.fiscal_year_start then -ledger.amount else 0 end)
            as current_year_earnings,
        sum(case when ledger.posted_on < periods.fiscal_year_start then -ledger.amount else 0 end)
            as retained_earnings
    from fiscal_years as periods
    inner join ledger
        on periods.organization_id = ledger.organization_id
        and periods.basis = ledger.basis
        and periods.to_date >= ledger.posted_on
        and ledger.statement = 'profit_and_loss'
    group by
        periods.organization_id, periods.basis, periods.from_date, periods.to_date,
        periods.is_explained
),

computed as (
    select
        organization_id, basis, from_date, to_date, replace(lower(name), ' ', '_') as row_name,
        sum(amount) as amount
    from {{ ref('stg_zoho_books__balance_sheet') }}
    where account_id is null
        and lower(name) in ('current year earnings', 'retained earnings')
    group by organization_id, basis, from_date, to_date, replace(lower(name), ' ', '_')
),

computed_found as (
    select
        organization_id, basis, from_date, to_date, is_explained,
        'current_year_earnings' as row_name, current_year_earnings as amount
    from profits
    union all
    select
        organization_id, basis, from_date, to_date, is_explained, 'retained_earnings',
        retained_earnings
    from profits
),

raw_counts as (
    select organization_id, basis, count(*) as row_count
    from {{ ref('int_postings') }}
    group by organization_id, basis
),

ledger_counts as (
    select organization_id, basis, count(*) as row_count
    from {{ ref('general_ledger') }}
    group by organization_id, basis
),

report_ledger as (
    select
        report.organization_id, report.basis, report.from_date, report.to_date, report.account_id,
        coalesce(report.debit, {{ zoho_books.zero() }}) as debit,
        coalesce(report.credit, {{ zoho_books.zero() }}) as credit
    from {{ ref('stg_zoho_books__general_ledger') }} as report
    inner join bases
        on report.organization_id = bases.organization_id
        and report.basis = bases.basis
),

report_ledger_found as (
    select
        periods.organization_id, periods.basis, periods.from_date, periods.to_date,
        ledger.account_id, sum(ledger.debit) as debit, sum(ledger.credit) as credit
    from (
        select distinct organization_id, basis, from_date, to_date from report_ledger
    ) as periods
    inner join ledger
        on periods.organization_id = ledger.organization_id
        and periods.basis = ledger.basis
        and periods.from_date <= ledger.posted_on
        and periods.to_date >= ledger.posted_on
    group by
        periods.organization_id, periods.basis, periods.from_date, periods.to_date,
        ledger.account_id
),

-- What journals, revaluations and opening balances book on control accounts has no document.
control as (
    select
        ledger.organization_id,
        days.as_of,
        case when accounts.account_type = 'accounts_receivable' then 'receivable' else 'payable' end as side,
        sum(
            case when accounts.account_type = 'accounts_receivable' then ledger.amount else -ledger.amount end
        ) as amount
    from {{ ref('general_ledger') }} as ledger
    inner join {{ ref('int_accounts') }} as accounts
        on ledger.organization_id = accounts.organization_id
        and ledger.account_id = accounts.account_id
        and accounts.account_type in ('accounts_receivable', 'accounts_payable')
    inner join {{ ref('int_as_of_days') }} as days
        on ledger.organization_id = days.organization_id
        and ledger.posted_on <= days.as_of
    where ledger.basis = 'accrual'
        and ledger.transaction_type not in ('journal', 'base_currency_adjustment', 'opening_balance')
    group by
        ledger.organization_id, days.as_of,
        case when accounts.account_type = 'accounts_receivable' then 'receivable' else 'payable' end
),

open_by_side as (
    select
        organization_id, as_of, side,
        sum(
            case when document_type in ('credit_note', 'vendor_credit') then -base_open_amount
                else base_open_amount
            end
        ) as amount,
        max(case when has_unknown_settlement then 1 else 0 end) = 1 as has_unknown
    from {{ ref('int_open_items') }}
    group by organization_id, as_of, side
),

aging_report as (
    select
        organization_id, as_of, 'receivable' as side, contact_id, currency_code, total
    from {{ ref('stg_zoho_books__ar_aging_summary') }}
    union all
    select organization_id, as_of, 'payable', contact_id, currency_code, total
    from {{ ref('stg_zoho_books__ap_aging_summary') }}
),

aging_days as (
    select distinct organization_id, as_of, side from aging_report
),

aging_found as (
    select
        items.organization_id, items.as_of, items.side, items.contact_id, items.currency_code,
        sum(items.base_open_amount) as total,
        max(case when items.has_unknown_settlement then 1 else 0 end) = 1 as has_unknown
    from {{ ref('int_open_items') }} as items
    inner join aging_days
        on items.organization_id = aging_days.organization_id
        and items.as_of = aging_days.as_of
        and items.side = aging_days.side
    where items.document_type in ('invoice', 'debit_note', 'bill')
    group by items.organization_id, items.as_of, items.side, items.contact_id, items.currency_code
),

aging_expected as (
    select
        organization_id, as_of, side, contact_id, currency_code, max(total) as total
    from aging_report
    group by organization_id, as_of, side, contact_id, currency_code
),

line_sums as (
    select
        organization_id, document_type, document_id, sum(line_total) as amount,
        sum(discount_amount) as discount_amount
    from {{ ref('int_document_lines') }}
    group by organization_id, document_type, document_id
),

tax_sums as (
    select organization_id, document_type, document_id, sum(tax_amount) as amount
    from {{ ref('int_document_taxes') }}
    group by organization_id, document_type, document_id
),

settled as (
    select
        organization_id, document_type, document_id, sum(amount) as amount,
        max(case when amount is null then 1 else 0 end) = 1 as has_unknown
    from {{ ref('int_settlements') }}
    group by organization_id, document_type, document_id
),

every as (
    select
        'ledger_rows' as tie,
        coalesce(raw_counts.organization_id, ledger_counts.organization_id) as organization_id,
        coalesce(raw_counts.basis, ledger_counts.basis) as basis,
        cast(null as date) as from_date, cast(null as date) as to_date,
        cast(null as {{ text }}) as subject,
        cast(raw_counts.row_count as {{ zoho_books.type_of('numeric') }}) as expected,
        cast(ledger_counts.row_count as {{ zoho_books.type_of('numeric') }}) as found,
        false as is_explained
    from raw_counts
    full outer join ledger_counts
        on raw_counts.organization_id = ledger_counts.organization_id
        and raw_counts.basis = ledger_counts.basis
    union all
    select
        'transactions_balance', organization_id, basis, null, null,
        concat(transaction_type, '|', transaction_id), sum(debit), sum(credit), false
    from {{ ref('general_ledger') }}
    group by organization_id, basis, transaction_type, transaction_id
    union all
    select
        'closing_balances', accounts.organization_id, 'accrual', null, null, accounts.account_id,
        accounts.closing_balance,
        coalesce(
            sum(case when accounts.normal_side = 'credit' then -ledger.amount else ledger.amount end), 0
        ),
        false
    from {{ ref('int_accounts') }} as accounts
    inner join bases
        on accounts.organization_id = bases.organization_id
        and bases.basis = 'accrual'
    left join ledger
        on accounts.organization_id = ledger.organization_id
        and accounts.account_id = ledger.account_id
        and ledger.basis = 'accrual'
    where accounts.closing_balance is not null
    group by accounts.organization_id, accounts.account_id, accounts.closing_balance
    {%- for report in reports %}
    union all
    select
        '{{ report }}',
        coalesce({{ report }}_rows.organization_id, {{ report }}_found.organization_id),
        coalesce({{ report }}_rows.basis, {{ report }}_found.basis),
        coalesce({{ report }}_rows.from_date, {{ report }}_found.from_date),
        coalesce({{ report }}_rows.to_date, {{ report }}_found.to_date),
        coalesce({{ report }}_rows.account_id, {{ report }}_found.account_id),
        {{ report }}_rows.amount, {{ report }}_found.amount,
        coalesce(periods.is_explained, false)
    from {{ report }}_rows
    full outer join {{ report }}_found
        on {{ report }}_rows.organization_id = {{ report }}_found.organization_id
        and {{ report }}_rows.basis = {{ report }}_found.basis
        and {{ report }}_rows.from_date = {{ report }}_found.from_date
        and {{ report }}_rows.to_date = {{ report }}_found.to_date
        and {{ report }}_rows.account_id = {{ report }}_found.account_id
    left join {{ report }}_periods as periods
        on coalesce({{ report }}_rows.organization_id, {{ report }}_found.organization_id) = periods.organization_id
        and coalesce({{ report }}_rows.basis, {{ report }}_found.basis) = periods.basis
        and coalesce({{ report }}_rows.from_date, {{ report }}_found.from_date) = periods.from_date
        and coalesce({{ report }}_rows.to_date, {{ report }}_found.to_date) = periods.to_date
    {%- endfor %}
    union all
    select
        'balance_sheet_earnings', computed.organization_id, computed.basis, computed.from_date,
        computed.to_date, computed.row_name, computed.amount, computed_found.amount,
        coalesce(computed_found.is_explained, false)
    from computed
    inner join bases
        on computed.organization_id = bases.organization_id
        and computed.basis = bases.basis
    left join computed_found
        on computed.organization_id = computed_found.organization_id
        and computed.basis = computed_found.basis
        and computed.from_date = computed_found.from_date
        and computed.to_date = computed_found.to_date
        and computed.row_name = computed_found.row_name
    {%- for side in ['debit', 'credit'] %}
    union all
    select
        'general_ledger_{{ side }}',
        coalesce(report_ledger.organization_id, report_ledger_found.organization_id),
        coalesce(report_ledger.basis, report_ledger_found.basis),
        coalesce(report_ledger.from_date, report_ledger_found.from_date),
        coalesce(report_ledger.to_date, report_ledger_found.to_date),
        coalesce(report_ledger.account_id, report_ledger_found.account_id),
        report_ledger.{{ side }}, report_ledger_found.{{ side }}, false
    from report_ledger
    full outer join report_ledger_found
        on report_ledger.organization_id = report_ledger_found.organization_id
        and report_ledger.basis = report_ledger_found.basis
        and report_ledger.from_date = report_ledger_found.from_date
        and report_ledger.to_date = report_ledger_found.to_date
        and report_ledger.account_id = report_ledger_found.account_id
    {%- endfor %}
    union all
    select
        'balance_sheet_balances', organization_id, basis, null, period_end, 'assets',
        sum(case when row_key = 'total_asset' then amount else 0 end),
        sum(case when row_key in ('total_liability', 'total_equity') then amount else 0 end), false
    from {{ ref('balance_sheet') }}
    group by organization_id, basis, period_end
    union all
    select
        'trial_balance_balances', organization_id, basis, null, period_end, 'debit',
        sum(balance_debit), sum(balance_credit), false
    from {{ ref('trial_balance') }}
    group by organization_id, basis, period_end
    union all
    select
        'cash_flow_balances', organization_id, basis, period_start, period_end, 'net_change',
        sum(
            case row_key when 'ending_cash' then amount when 'beginning_cash' then -amount else 0 end
        ),
        sum(case when row_key = 'net_change' then amount else 0 end), false
    from {{ ref('cash_flow') }}
    group by organization_id, basis, period_start, period_end
    {%- for side, name in [('receivable', 'ar'), ('payable', 'ap')] %}
    union all
    select
        '{{ name }}_control', coalesce(control.organization_id, open_by_side.organization_id),
        'accrual', null, coalesce(control.as_of, open_by_side.as_of), '{{ side }}', control.amount,
        open_by_side.amount, coalesce(open_by_side.has_unknown, false)
    from (select * from control where side = '{{ side }}') as control
    full outer join (select * from open_by_side where side = '{{ side }}') as open_by_side
        on control.organization_id = open_by_side.organization_id
        and control.as_of = open_by_side.as_of
    where coalesce(control.organization_id, open_by_side.organization_id)
        in (select organization_id from bases)
    union all
    select
        '{{ name }}_aging', coalesce(report.organization_id, found.organization_id), 'accrual', null,
        coalesce(report.as_of, found.as_of),
        concat(
            coalesce(report.contact_id, found.contact_id), '|',
            coalesce(report.currency_code, found.currency_code)
        ),
        report.total, found.total, coalesce(found.has_unknown, false)
    from (select * from aging_expected where side = '{{ side }}') as report
    full outer join (select * from aging_found where side = '{{ side }}') as found
        on report.organization_id = found.organization_id
        and report.as_of = found.as_of
        and report.contact_id = found.contact_id
        and report.currency_code = found.currency_code
    {%- endfor %}
    union all
    select
        'document_totals', documents.organization_id, 'accrual', null, documents.issued_on,
        concat(documents.document_type, '|', documents.document_id), documents.total,
        line_sums.amount
        -- Discounts of lines are in the lines; what is left is one of the document.
        - coalesce(documents.discount_total, 0)
        + case when documents.discount_type = 'item_level' then line_sums.discount_amount else 0 end
        + coalesce(documents.tax_total, 0) + coalesce(documents.shipping_charge, 0)
        + coalesce(documents.adjustment, 0) + coalesce(documents.roundoff_value, 0),
        -- A document that does not show its tax cannot tie.
        documents.tax_total is null
    from {{ ref('int_documents') }} as documents
    inner join line_sums
        on documents.organization_id = line_sums.organization_id
        and documents.document_type = line_sums.document_type
        and documents.document_id = line_sums.document_id
    where documents.is_whole
    union all
    select
        'document_taxes', documents.organization_id, 'accrual', null, documents.issued_on,
        concat(documents.document_type, '|', documents.document_id), documents.tax_total,
        tax_sums.amount, false
    from {{ ref('int_documents') }} as documents
    inner join tax_sums
        on documents.organization_id = tax_sums.organization_id
        and documents.document_type = tax_sums.document_type
        and documents.document_id = tax_sums.document_id
    union all
    select
        'document_balances', documents.organization_id, 'accrual', null, documents.issued_on,
        concat(documents.document_type, '|', documents.document_id), documents.balance,
        documents.total - coalesce(settled.amount, 0),
        coalesce(settled.has_unknown, false) or unread.organization_id is not null
    from {{ ref('int_documents') }} as documents
    left join settled
        on documents.organization_id = settled.organization_id
        and documents.document_type = settled.document_type
        and documents.document_id = settled.document_id
    left join {{ ref('int_unread_settlements') }} as unread
        on documents.organization_id = unread.organization_id
        and unread.side = case when documents.document_type in ('bill', 'vendor_credit') then 'payable'
            else 'receivable'
        end
    where documents.is_posted
        and documents.balance is not null
        and documents.document_type in ('invoice', 'debit_note', 'credit_note', 'bill', 'vendor_credit')
    union all
    select
        'payment_amounts', organization_id, 'accrual', null, paid_on,
        concat(payment_type, '|', payment_id), amount,
        applied_amount + unused_amount + refunded_amount, false
    from {{ ref('payments') }} as payments
    where exists (
        select 1 from {{ ref('int_applications') }} as any_application
        where any_application.organization_id = payments.organization_id
            and any_application.source_type = payments.payment_type
    )
)

select
    tie,
    organization_id,
    basis,
    from_date,
    to_date,
    subject,
    {{ zoho_books.to_amount('coalesce(expected, 0)') }} as expected,
    {{ zoho_books.to_amount('coalesce(found, 0)') }} as found,
    {{ zoho_books.to_amount('coalesce(found, 0) - coalesce(expected, 0)') }} as difference,
    is_explained
from every
