package app.stockroom.platform;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A refusal on its way to the client, where it becomes one RFC 9457 problem document. It
 * carries the numbers a client needs and, for validation, every bad field at once.
 */
@SuppressWarnings("serial") // never serialized
public final class Refusal extends RuntimeException {

	/**
	 * Members that every problem document has (RFC 9457, 3.1), and our list of fields.
	 */
	private static final Set<String> RESERVED = Set.of("type", "title", "status", "detail", "instance", "errors");

	private final Problem problem;

	private final Map<String, Object> members = new LinkedHashMap<>();

	private final List<FieldError> errors = new ArrayList<>();

	Refusal(Problem problem, String detail) {
		// An expected answer needs no stack trace, and under load cannot afford one.
		super(detail, null, false, false);
		this.problem = problem;
	}

	public Problem problem() {
		return this.problem;
	}

	public String detail() {
		return String.valueOf(getMessage());
	}

	/**
	 * Adds an extension member to the problem document.
	 * @throws IllegalArgumentException if RFC 9457 has given the name a meaning already
	 */
	public Refusal with(String member, @Nullable Object value) {
		if (RESERVED.contains(member)) {
			throw new IllegalArgumentException("The member %s of a problem is not ours to set".formatted(member));
		}
		if (value != null) {
			this.members.put(member, value);
		}
		return this;
	}

	/**
	 * Adds one bad field.
	 */
	public Refusal with(FieldError error) {
		this.errors.add(error);
		return this;
	}

	public Map<String, Object> members() {
		return Collections.unmodifiableMap(this.members);
	}

	public List<FieldError> errors() {
		return Collections.unmodifiableList(this.errors);
	}

	/**
	 * One bad field of a request.
	 *
	 * @param field the path of the field, such as {@code lines[0].quantity}
	 * @param code what is wrong, stable, such as {@code required}
	 * @param detail what to change, for a person
	 */
	public record FieldError(String field, String code, String detail) {
	}

}
