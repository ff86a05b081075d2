{# Delete the periods whose postings differ from those of the ledger: read again, or no longer there.
   Rows, sums or the time of reading differ; a reading has a time of its own. #}
{% macro delete_changed_periods(ledger) %}
{%- if execute and is_incremental() -%}
delete from {{ ledger }}
where concat(organization_id, '|', basis, '|', period_start) in (
    select concat(held.organization_id, '|', held.basis, '|', held.period_start)
    from (
        {{ zoho_books.summarize_periods(ledger) }}
    ) as held
    left join (
        {{ zoho_books.summarize_periods(ref('int_postings')) }}
    ) as wanted
        on held.organization_id = wanted.organization_id
        and held.basis = wanted.basis
        and held.period_start = wanted.period_start
        and held.row_count = wanted.row_count
        and held.debit = wanted.debit
        and held.credit = wanted.credit
        and held.first_read_at is not distinct from wanted.first_read_at
        and held.last_read_at is not distinct from wanted.last_read_at
    where wanted.organization_id is null
)
{%- endif -%}
{% endmacro %}

{% macro summarize_periods(postings) -%}
        select
            organization_id,
            basis,
            period_start,
            count(*) as row_count,
            sum(debit) as debit,
            sum(credit) as credit,
            min(read_at) as first_read_at,
            max(read_at) as last_read_at
        from {{ postings }}
        group by organization_id, basis, period_start
{%- endmacro %}
