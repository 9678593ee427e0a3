package app.stockroom.platform;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

import app.stockroom.platform.Refusal.FieldError;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonPointer;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.deser.std.StdScalarDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/**
 * JSON as clients must write it: no unknown or double property, no number where text
 * belongs or the other way round, no fraction cut off, nothing after the document.
 */
final class StrictJson {

	// A date beyond these has no place in a timestamptz or in an ISO-8601 text of four
	// digits.
	private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");

	private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999999Z");

	private final JsonMapper mapper = JsonMapper
		.builder(JsonFactory.builder()
			.streamReadConstraints(StreamReadConstraints.builder()
				.maxNestingDepth(Limits.JSON_DEPTH)
				.maxNumberLength(Limits.NUMBER_LENGTH)
				.maxStringLength(Limits.BATCH_BYTES)
				.build())
			.build())
		.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
		.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
				DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES, DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
		.disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
		.enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
		.disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
		.addModule(new SimpleModule().addDeserializer(String.class, new StrictText())
			.addDeserializer(UUID.class, new StrictUuid())
			.addDeserializer(Instant.class, new StrictInstant()))
		.build();

	<T> T read(byte[] document, Class<T> type) {
		T value = this.mapper.readValue(document, type);
		if (value == null) {
			throw invalid().with(new FieldError("body", "required", "must not be null"));
		}
		return value;
	}

	/**
	 * The names of the document's own fields that are null; none where it is no JSON.
	 */
	Set<String> nulls(byte[] document) {
		try {
			return tree(document).propertyStream()
				.filter((field) -> field.getValue().isNull())
				.map(Map.Entry::getKey)
				.collect(Collectors.toCollection(TreeSet::new));
		}
		catch (JacksonException malformed) {
			return Set.of();
		}
	}

	JsonNode tree(byte[] document) {
		return this.mapper.readTree(document);
	}

	@Nullable Object convert(JsonNode node, JavaType type) {
		return this.mapper.readerFor(type).readValue(node);
	}

	JavaType type(java.lang.reflect.Type type) {
		return this.mapper.constructType(type);
	}

	static Refusal invalid() {
		return Problem.INVALID_REQUEST.because("The body is not valid.");
	}

	static Refusal malformed(JacksonException malformed) {
		String field = (malformed.processor() instanceof JsonParser parser)
				? path(parser.streamReadContext().pathAsPointer()) : "body";
		return invalid().with(new FieldError(field, "malformed", malformed.getOriginalMessage()));
	}

	/** {@code /lines/0/quantity} becomes {@code lines[0].quantity}. */
	private static String path(JsonPointer pointer) {
		StringBuilder path = new StringBuilder();
		for (JsonPointer at = pointer; at != null && !at.matches(); at = at.tail()) {
			if (at.mayMatchElement()) {
				path.append('[').append(at.getMatchingIndex()).append(']');
			}
			else {
				path.append(path.isEmpty() ? "" : ".").append(at.getMatchingProperty());
			}
		}
		return path.isEmpty() ? "body" : path.toString();
	}

	private static String text(JsonParser parser, DeserializationContext context, Class<?> type) {
		if (!parser.hasToken(JsonToken.VALUE_STRING)) {
			context.reportInputMismatch(type, "must be text");
		}
		return parser.getString();
	}

	private static final class StrictText extends StdScalarDeserializer<String> {

		StrictText() {
			super(String.class);
		}

		@Override
		public String deserialize(JsonParser parser, DeserializationContext context) {
			String text = text(parser, context, String.class);
			if (!Text.isClean(text)) {
				context.reportInputMismatch(String.class, "must not contain NUL or half a surrogate pair");
			}
			return text;
		}

	}

	private static final class StrictUuid extends StdScalarDeserializer<UUID> {

		StrictUuid() {
			super(UUID.class);
		}

		@Override
		public UUID deserialize(JsonParser parser, DeserializationContext context) {
			UUID id = Ids.parse(text(parser, context, UUID.class));
			return (id != null) ? id : context.reportInputMismatch(UUID.class, "must be a UUID");
		}

	}

	private static final class StrictInstant extends StdScalarDeserializer<Instant> {

		StrictInstant() {
			super(Instant.class);
		}

		@Override
		public Instant deserialize(JsonParser parser, DeserializationContext context) {
			String text = text(parser, context, Instant.class);
			try {
				Instant instant = Instant.parse(text);
				if (!instant.isBefore(EARLIEST) && !instant.isAfter(LATEST)) {
					return instant;
				}
			}
			catch (DateTimeException malformed) {
				// refused below, like a date that is out of range
			}
			return context.reportInputMismatch(Instant.class, "must be an ISO-8601 time from year 1 to 9999");
		}

	}

}
