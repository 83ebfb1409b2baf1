-- Which published sums a line counts in, by its flags.
select
    flag.is_influenceable,
    flag.meets_supplier_year,
    flag.meets_transaction,
    scope.scope,
    basis.threshold_basis
from (
    select
        influenceable.flag as is_influenceable,
        supplier_year.flag as meets_supplier_year,
        transaction_value.flag as meets_transaction
    from (values (true), (false)) as influenceable (flag)
    cross join (values (true), (false)) as supplier_year (flag)
    cross join (values (true), (false)) as transaction_value (flag)
) as flag
cross join (values ('influenceable'), ('total')) as scope (scope)
cross join (values ('supplier_year'), ('transaction'), ('none')) as basis (threshold_basis)
where
    (scope.scope = 'total' or flag.is_influenceable)
    and (
        basis.threshold_basis = 'none'
        or (basis.threshold_basis = 'supplier_year' and flag.meets_supplier_year)
        or (basis.threshold_basis = 'transaction' and flag.meets_transaction)
    )
