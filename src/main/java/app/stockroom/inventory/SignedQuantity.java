package app.stockroom.inventory;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;

/**
 * The quantity fits the type: pieces that come in or go out are counted from 1, only an
 * adjustment has a sign, and none is 0.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = SignedQuantity.Check.class)
@interface SignedQuantity {

	String message() default "must be at least 1, or for an ADJUSTMENT not 0";

	String code() default "out-of-range";

	Class<?>[] groups() default {};

	Class<? extends Payload>[] payload() default {};

	/** Decides it; what is missing is somebody else's finding. */
	final class Check implements ConstraintValidator<SignedQuantity, MovementRequest> {

		@Override
		@SuppressWarnings("ConstantConditions") // constraints see records that break them
		public boolean isValid(MovementRequest request, ConstraintValidatorContext context) {
			if (request.type() == null || request.quantity() == null || request.quantity() > 0
					|| (request.quantity() < 0 && request.type() == MovementRequest.Type.ADJUSTMENT)) {
				return true;
			}
			context.disableDefaultConstraintViolation();
			context.buildConstraintViolationWithTemplate(context.getDefaultConstraintMessageTemplate())
				.addPropertyNode("quantity")
				.addConstraintViolation();
			return false;
		}

	}

}
