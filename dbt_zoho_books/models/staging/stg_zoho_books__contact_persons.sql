{{ zoho_books.stage(
    'contact_persons',
    text=['contact_id', 'contact_person_id', 'first_name', 'last_name', 'email', 'phone', 'mobile'],
    boolean=['is_primary_contact']
) }}
