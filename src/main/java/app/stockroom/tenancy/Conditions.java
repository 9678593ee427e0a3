package app.stockroom.tenancy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import io.r2dbc.spi.Statement;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of a list, made of fixed fragments of SQL; what clients send is only
 * ever bound. {@code $1} is the tenant.
 */
public final class Conditions {

	private final StringBuilder sql = new StringBuilder();

	private final List<Object> values = new ArrayList<>();

	/**
	 * Adds a condition, unless its value is null.
	 * @param fragment SQL in which every {@code ?} stands for the value
	 */
	public Conditions and(String fragment, @Nullable Object value) {
		if (value != null) {
			this.values.add(value);
			this.sql.append("and ").append(fragment.replace("?", "$" + (this.values.size() + 1))).append('\n');
		}
		return this;
	}

	/**
	 * Adds a condition on a product that is named by its id, or by its SKU while it
	 * lives.
	 * @param fragment SQL in which every {@code ?} stands for the product's id
	 */
	public Conditions product(String fragment, @Nullable UUID id, @Nullable String sku) {
		return and(fragment, id).and(
				fragment.replace("?",
						"(select s.id from product s where s.tenant_id = $1 and s.sku = ? and s.deleted_at is null)"),
				sku);
	}

	/**
	 * Adds the condition that an expression is one of some words, unless there are none.
	 */
	public Conditions anyOf(String expression, Set<? extends Enum<?>> words) {
		return and(expression + " = any(?)",
				words.isEmpty() ? null : words.stream().map(Enum::name).toArray(String[]::new));
	}

	/**
	 * Binds a value outside of a condition.
	 * @return the placeholder that stands for it
	 */
	public String placeholder(Object value) {
		this.values.add(value);
		return "$" + (this.values.size() + 1);
	}

	/**
	 * Adds a condition without a value.
	 */
	public Conditions and(String fragment) {
		this.sql.append("and ").append(fragment).append('\n');
		return this;
	}

	/**
	 * The fragments, to follow a {@code where}.
	 */
	public String sql() {
		return this.sql.toString();
	}

	/**
	 * What is bound, from {@code $2} on.
	 */
	public List<Object> values() {
		return List.copyOf(this.values);
	}

	/**
	 * The same values, equal wherever each is: an array is not equal to its like.
	 */
	List<Object> key() {
		return this.values.stream()
			.map((value) -> (value instanceof Object[] several) ? List.of(several) : value)
			.toList();
	}

	/**
	 * Binds the values; {@code $1} is left to the caller.
	 */
	public Statement bind(Statement statement) {
		for (int i = 0; i < this.values.size(); i++) {
			statement.bind("$" + (i + 2), this.values.get(i));
		}
		return statement;
	}

	/**
	 * The placeholder after the last one used here.
	 */
	int next() {
		return this.values.size() + 2;
	}

}
