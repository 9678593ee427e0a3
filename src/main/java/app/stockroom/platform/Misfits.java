package app.stockroom.platform;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;

import app.stockroom.platform.Refusal.FieldError;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Finds every bad field of a document that did not fit its record: Jackson stops at the
 * first. What does not fit is told and replaced by something that does, so that the rest
 * can be judged as in a good document; its records have no primitives, which could not be
 * left out. Runs for refused documents only, so that good ones pay nothing.
 */
final class Misfits {

	private static final String ANY_ID = new UUID(0, 0).toString();

	private final StrictJson json;

	private final Constraints constraints;

	private final Refusal refusal = StrictJson.invalid();

	Misfits(StrictJson json, Constraints constraints) {
		this.json = json;
		this.constraints = constraints;
	}

	/**
	 * The refusal of a document that is JSON but no such record.
	 */
	Refusal of(byte[] document, Class<?> type) {
		JsonNode tree;
		try {
			tree = this.json.tree(document);
		}
		catch (JacksonException malformed) {
			return StrictJson.malformed(malformed);
		}
		if (tree instanceof ObjectNode object) {
			mend(object, type, "");
			check(object, type);
		}
		else {
			add("body", "malformed", "must be an object");
		}
		if (this.refusal.errors().isEmpty()) {
			add("body", "malformed", "does not have the expected form");
		}
		return this.refusal;
	}

	private void mend(ObjectNode object, Class<?> type, String prefix) {
		List<RecordComponent> components = Arrays.asList(type.getRecordComponents());
		for (String name : List.copyOf(object.propertyNames())) {
			if (components.stream().noneMatch((component) -> component.getName().equals(name))) {
				add(prefix + name, "unknown-field", "there is no such field here");
				object.remove(name);
			}
		}
		for (RecordComponent component : components) {
			JsonNode value = object.get(component.getName());
			if (value != null && !value.isNull()) {
				JsonNode mended = mend(value, this.json.type(component.getGenericType()), prefix + component.getName());
				object.set(component.getName(), mended);
			}
		}
	}

	/** What stands for a value: itself, if it fits. */
	private JsonNode mend(JsonNode value, JavaType type, String path) {
		if (type.isTypeOrSubTypeOf(Record.class) && value instanceof ObjectNode object) {
			mend(object, type.getRawClass(), path + ".");
			return object;
		}
		if (type.isCollectionLikeType() && value instanceof ArrayNode array) {
			for (int i = 0; i < array.size(); i++) {
				array.set(i, mend(array.get(i), type.getContentType(), path + "[" + i + "]"));
			}
			return array;
		}
		try {
			this.json.convert(value, type);
			return value;
		}
		catch (JacksonException misfit) {
			boolean tooBig = value.isIntegralNumber() && isInteger(type);
			add(path, tooBig ? "out-of-range" : "malformed", detail(type, misfit));
			return type.hasRawClass(String.class) ? StringNode.valueOf("")
					: type.hasRawClass(UUID.class) ? StringNode.valueOf(ANY_ID) : NullNode.getInstance();
		}
	}

	/** Judges what fits; about the rest all is said. */
	private void check(ObjectNode mended, Class<?> type) {
		List<String> told = this.refusal.errors().stream().map(FieldError::field).toList();
		this.constraints.check(Objects.requireNonNull(this.json.convert(mended, this.json.type(type))))
			.stream()
			.filter((error) -> told.stream().noneMatch((field) -> isWithin(error.field(), field)))
			.forEach(this.refusal::with);
	}

	private static boolean isWithin(String field, String whole) {
		return field.equals(whole) || field.startsWith(whole + ".") || field.startsWith(whole + "[");
	}

	private void add(String field, String code, String detail) {
		this.refusal.with(new FieldError(field, code, detail));
	}

	private static String detail(JavaType type, JacksonException misfit) {
		if (isInteger(type)) {
			return "must be a whole number within range";
		}
		if (type.isTypeOrSubTypeOf(Number.class)) {
			return "must be a number";
		}
		if (type.hasRawClass(Boolean.class) || type.hasRawClass(boolean.class)) {
			return "must be true or false";
		}
		if (type.isEnumType()) {
			return Arrays.stream(type.getRawClass().getEnumConstants())
				.map(Object::toString)
				.collect(Collectors.joining(", ", "must be one of ", ""));
		}
		if (type.isTypeOrSubTypeOf(Record.class)) {
			return "must be an object";
		}
		return type.isCollectionLikeType() ? "must be an array" : misfit.getOriginalMessage();
	}

	private static boolean isInteger(JavaType type) {
		return type.hasRawClass(Long.class) || type.hasRawClass(long.class) || type.hasRawClass(Integer.class)
				|| type.hasRawClass(int.class);
	}

}
