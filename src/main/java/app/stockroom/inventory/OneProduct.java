package app.stockroom.inventory;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.UUID;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import org.jspecify.annotations.Nullable;

/**
 * The request names its product by exactly one of id and SKU.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = OneProduct.Check.class)
public @interface OneProduct {

	String message() default "give exactly one of productId and sku";

	String code() default "required";

	Class<?>[] groups() default {};

	Class<? extends Payload>[] payload() default {};

	/** A request that names a product. */
	interface Named {

		@Nullable UUID productId();

		@Nullable String sku();

	}

	/** Decides it, and blames the id. */
	final class Check implements ConstraintValidator<OneProduct, Named> {

		@Override
		public boolean isValid(Named request, ConstraintValidatorContext context) {
			if ((request.productId() == null) != (request.sku() == null)) {
				return true;
			}
			context.disableDefaultConstraintViolation();
			context.buildConstraintViolationWithTemplate(context.getDefaultConstraintMessageTemplate())
				.addPropertyNode("productId")
				.addConstraintViolation();
			return false;
		}

	}

}
