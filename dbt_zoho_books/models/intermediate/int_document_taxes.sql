select
    documents.organization_id,
    documents.document_type,
    documents.document_id,
    cast(tax.position as integer) as tax_number,
    {{ zoho_books.json_text('tax.value', 'tax_id') }} as tax_id,
    {{ zoho_books.json_text('tax.value', 'tax_name') }} as tax_name,
    {{ zoho_books.json_amount('tax.value', 'tax_percentage') }} as tax_percentage,
    {{ zoho_books.json_amount('tax.value', 'tax_amount') }} as tax_amount
from {{ ref('int_documents') }} as documents
cross join {{ zoho_books.json_elements('documents.taxes', 'tax') }}
