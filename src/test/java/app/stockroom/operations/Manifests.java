package app.stockroom.operations;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Judges manifests as strictly as a cluster that validates, and as a restricted namespace
 * would, before there is any cluster.
 */
final class Manifests {

	private static final Map<String, Class<?>> KINDS = Map.ofEntries(Map.entry("v1/ConfigMap", ConfigMap.class),
			Map.entry("v1/Namespace", Namespace.class), Map.entry("v1/Secret", Secret.class),
			Map.entry("v1/Service", Service.class), Map.entry("v1/ServiceAccount", ServiceAccount.class),
			Map.entry("apps/v1/Deployment", Deployment.class), Map.entry("apps/v1/StatefulSet", StatefulSet.class),
			Map.entry("autoscaling/v2/HorizontalPodAutoscaler", HorizontalPodAutoscaler.class),
			Map.entry("batch/v1/Job", Job.class), Map.entry("networking.k8s.io/v1/Ingress", Ingress.class),
			Map.entry("networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class),
			Map.entry("policy/v1/PodDisruptionBudget", PodDisruptionBudget.class),
			Map.entry("monitoring.coreos.com/v1/ServiceMonitor", CustomResources.ServiceMonitor.class),
			Map.entry("monitoring.coreos.com/v1/PrometheusRule", CustomResources.PrometheusRule.class),
			Map.entry("external-secrets.io/v1/ExternalSecret", CustomResources.ExternalSecret.class));

	/**
	 * The models keep unknown fields for later versions of Kubernetes; here they are
	 * mistakes.
	 */
	private static final ObjectMapper STRICT = JsonMapper.builder()
		.annotationIntrospector(new JacksonAnnotationIntrospector() {

			@Override
			public Boolean hasAnySetter(Annotated annotated) {
				return false;
			}

		})
		.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
		.disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
		.build();

	private final List<Object> resources = new ArrayList<>();

	private final List<String> faults = new ArrayList<>();

	private Manifests() {
	}

	/** All faults of a stream of documents, none if a cluster would take it. */
	static List<String> faults(String yaml) {
		Manifests manifests = new Manifests();
		for (Object document : new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(yaml)) {
			manifests.read((Map<?, ?>) document);
		}
		manifests.resources.forEach(manifests::judge);
		return manifests.faults;
	}

	private void read(Map<?, ?> document) {
		String kind = document.get("apiVersion") + "/" + document.get("kind");
		Class<?> model = KINDS.get(kind);
		if (model == null) {
			this.faults.add("unknown kind " + kind);
			return;
		}
		try {
			this.resources.add(STRICT.convertValue(document, model));
		}
		catch (IllegalArgumentException ex) {
			this.faults.add(kind + ": " + Objects.requireNonNull(ex.getMessage()).lines().findFirst().orElse(""));
		}
	}

	private void judge(Object resource) {
		switch (resource) {
			case Deployment it -> {
				selects(it, it.getSpec().getSelector(), it.getSpec().getTemplate());
				pod(it, it.getSpec().getTemplate().getSpec(), true);
			}
			case StatefulSet it -> {
				selects(it, it.getSpec().getSelector(), it.getSpec().getTemplate());
				pod(it, it.getSpec().getTemplate().getSpec(), true);
			}
			case Job it -> pod(it, it.getSpec().getTemplate().getSpec(), false);
			case Service it -> reaches(it, it.getSpec().getSelector());
			case PodDisruptionBudget it -> reaches(it, it.getSpec().getSelector().getMatchLabels());
			case HorizontalPodAutoscaler it ->
				require(it, named(Deployment.class, it.getSpec().getScaleTargetRef().getName()), "scales nothing");
			case Ingress it -> it.getSpec()
				.getRules()
				.forEach((rule) -> rule.getHttp()
					.getPaths()
					.forEach((path) -> require(it, named(Service.class, path.getBackend().getService().getName()),
							"leads to no service")));
			case CustomResources.ServiceMonitor it -> watches(it);
			default -> {
				// Nothing beyond its schema
			}
		}
	}

	private void selects(HasMetadata owner, LabelSelector selector, PodTemplateSpec template) {
		require(owner, has(template.getMetadata(), selector.getMatchLabels()), "its selector does not match its pods");
	}

	private void reaches(HasMetadata owner, Map<String, String> labels) {
		require(owner, templates().stream().anyMatch((template) -> has(template.getMetadata(), labels)),
				"its selector matches no pods");
		if (owner instanceof Service service) {
			List<String> ports = templates().stream()
				.filter((template) -> has(template.getMetadata(), labels))
				.flatMap((template) -> template.getSpec().getContainers().stream())
				.flatMap((container) -> container.getPorts().stream())
				.map((port) -> port.getName())
				.toList();
			service.getSpec().getPorts().forEach((port) -> {
				String target = (port.getTargetPort() != null) ? port.getTargetPort().getStrVal() : port.getName();
				require(owner, ports.contains(target), "its port " + target + " is no port of its pods");
			});
		}
	}

	private void watches(CustomResources.ServiceMonitor monitor) {
		boolean found = all(Service.class).stream()
			.filter((service) -> has(service.getMetadata(), monitor.spec().selector().getMatchLabels()))
			.anyMatch((service) -> service.getSpec()
				.getPorts()
				.stream()
				.map((port) -> port.getName())
				.toList()
				.containsAll(monitor.spec().endpoints().stream().map(CustomResources.Endpoint::port).toList()));
		if (!found) {
			this.faults.add("ServiceMonitor selects no service with its ports");
		}
	}

	/** What the restricted standard of pods asks for, and what keeps neighbours alive. */
	private void pod(HasMetadata owner, PodSpec pod, boolean served) {
		var security = pod.getSecurityContext();
		require(owner, security != null && Boolean.TRUE.equals(security.getRunAsNonRoot()), "may run as root");
		require(owner, security != null && security.getSeccompProfile() != null, "has no seccomp profile");
		require(owner, Boolean.FALSE.equals(pod.getAutomountServiceAccountToken()), "gets a token of the cluster");
		for (Container container : pod.getContainers()) {
			require(owner, fixed(container.getImage()) || "IfNotPresent".equals(container.getImagePullPolicy()),
					"is pulled at each start, though its nodes may have it");
			var its = container.getSecurityContext();
			require(owner, its != null && Boolean.FALSE.equals(its.getAllowPrivilegeEscalation()),
					"may escalate privileges");
			require(owner, its != null && Boolean.TRUE.equals(its.getReadOnlyRootFilesystem()),
					"writes to its root file system");
			require(owner, its != null && its.getCapabilities() != null
					&& List.of("ALL").equals(its.getCapabilities().getDrop()), "keeps capabilities");
			var resources = container.getResources();
			for (String resource : List.of("cpu", "memory")) {
				require(owner, resources != null && resources.getLimits() != null
						&& resources.getLimits().containsKey(resource), "has no limit of " + resource);
				require(owner, resources != null && resources.getRequests() != null
						&& resources.getRequests().containsKey(resource), "requests no " + resource);
			}
			if (served) {
				require(owner, container.getStartupProbe() != null, "has no startup probe");
				require(owner, container.getReadinessProbe() != null, "has no readiness probe");
				require(owner, container.getLivenessProbe() != null, "has no liveness probe");
			}
		}
	}

	/** Whether an image has a tag other than latest, or a digest. */
	private static boolean fixed(String image) {
		return image.substring(image.lastIndexOf('/') + 1).contains(":") && !image.endsWith(":latest");
	}

	private List<PodTemplateSpec> templates() {
		List<PodTemplateSpec> templates = new ArrayList<>();
		all(Deployment.class).forEach((it) -> templates.add(it.getSpec().getTemplate()));
		all(StatefulSet.class).forEach((it) -> templates.add(it.getSpec().getTemplate()));
		return templates;
	}

	private <T extends HasMetadata> boolean named(Class<T> type, String name) {
		return all(type).stream().anyMatch((it) -> it.getMetadata().getName().equals(name));
	}

	private <T> List<T> all(Class<T> type) {
		return this.resources.stream().filter(type::isInstance).map(type::cast).toList();
	}

	private static boolean has(ObjectMeta labelled, Map<String, String> labels) {
		return labels != null && !labels.isEmpty() && labelled.getLabels() != null
				&& labelled.getLabels().entrySet().containsAll(labels.entrySet());
	}

	private void require(HasMetadata owner, boolean fulfilled, String fault) {
		if (!fulfilled) {
			this.faults.add(owner.getKind() + " " + owner.getMetadata().getName() + " " + fault);
		}
	}

	/** What comes out of {@code kubectl kustomize}. */
	static String build(String directory) {
		return run(List.of("kubectl", "kustomize", directory));
	}

	/** Runs a program that must succeed, and answers what it prints. */
	static String run(List<String> command) {
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			if (process.waitFor() != 0) {
				throw new IllegalStateException(String.join(" ", command) + " failed: " + output);
			}
			return output;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
