package app.stockroom;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/**
 * Stockroom, a live multi-tenant stock ledger. Every module is a package below this one.
 */
@SpringBootApplication
@ConfigurationPropertiesScan
public class StockroomApplication {

	static void main(String[] arguments) {
		SpringApplication.run(StockroomApplication.class, arguments);
	}

}
