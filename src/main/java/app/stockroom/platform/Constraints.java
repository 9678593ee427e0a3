package app.stockroom.platform;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import app.stockroom.platform.Refusal.FieldError;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import org.hibernate.validator.messageinterpolation.ParameterMessageInterpolator;
import org.jspecify.annotations.Nullable;

/**
 * Checks the Jakarta constraints of request records and says what is wrong in stable
 * codes. Messages are English whatever the machine's locale, and never evaluate
 * expressions from what a client sent.
 */
final class Constraints {

	private final Validator validator = Validation.byDefaultProvider()
		.configure()
		.messageInterpolator(new ParameterMessageInterpolator(Set.of(Locale.ENGLISH), Locale.ENGLISH, false))
		.buildValidatorFactory()
		.getValidator();

	<T> List<FieldError> check(T value) {
		return errors(this.validator.validate(value));
	}

	private static <T> List<FieldError> errors(Set<ConstraintViolation<T>> violations) {
		List<FieldError> errors = new ArrayList<>();
		for (ConstraintViolation<T> violation : violations) {
			// A null element has no name of its own: its place in the list says which.
			String path = violation.getPropertyPath().toString().replace(".<list element>", "");
			errors.add(new FieldError(path.isEmpty() ? "body" : path, code(violation), violation.getMessage()));
		}
		errors.sort((one, other) -> one.field().compareTo(other.field()));
		return errors;
	}

	private static String code(ConstraintViolation<?> violation) {
		String constraint = violation.getConstraintDescriptor().getAnnotation().annotationType().getSimpleName();
		return switch (constraint) {
			case "NotNull", "NotBlank", "NotEmpty" -> "required";
			case "Size", "Length" -> isEmpty(violation.getInvalidValue()) ? "too-short" : "too-long";
			case "Min", "Max", "Positive", "PositiveOrZero", "Negative", "NegativeOrZero", "DecimalMin", "DecimalMax",
					"Digits", "Range" ->
				"out-of-range";
			case "Pattern" -> "malformed";
			// Our own constraints bring their code.
			default ->
				String.valueOf(violation.getConstraintDescriptor().getAttributes().getOrDefault("code", "invalid"));
		};
	}

	private static boolean isEmpty(@Nullable Object value) {
		return switch (value) {
			case CharSequence text -> text.isEmpty();
			case Collection<?> items -> items.isEmpty();
			case null, default -> false;
		};
	}

}
