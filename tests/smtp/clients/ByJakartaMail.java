// Jakarta Mail sends a mail; what is asked of it is in the environment (tests/smtp/programs.py).
import com.sun.mail.smtp.SMTPMessage;
import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

public class ByJakartaMail {
    static String given(String name) {
        return System.getenv("SEND_" + name);
    }

    /** TLS that trusts the authority in this file and no other. */
    static SSLContext trusting(String file) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null);
        try (InputStream pem = Files.newInputStream(Path.of(file))) {
            store.setCertificateEntry("authority", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    static Properties settings() throws Exception {
        List<String> options = Arrays.asList(given("OPTIONS").split(" "));
        Properties settings = new Properties();
        settings.put("mail.smtp.host", "localhost");
        settings.put("mail.smtp.port", given("PORT"));
        settings.put("mail.smtp.timeout", "30000");
        settings.put("mail.smtp.connectiontimeout", "30000");
        settings.put("mail.smtp.sendpartial", "true");
        settings.put("mail.smtp.ssl.enable", String.valueOf(given("TLS").equals("implicit")));
        if (given("TLS").equals("starttls")) {
            settings.put("mail.smtp.starttls.enable", "true");
            settings.put("mail.smtp.starttls.required", "true");
        }
        settings.put("mail.smtp.ssl.checkserveridentity", "true");
        if (!given("CA").isEmpty()) {
            settings.put("mail.smtp.ssl.socketFactory", trusting(given("CA")).getSocketFactory());
        }
        if (!given("AUTH").isEmpty()) {
            settings.put("mail.smtp.auth", "true");
            if (given("AUTH").equals("CRAM-MD5")) { // this one comes from Java's own SASL
                settings.put("mail.smtp.sasl.enable", "true");
                settings.put("mail.smtp.sasl.mechanisms", "CRAM-MD5");
            }
            settings.put("mail.smtp.auth.mechanisms", given("AUTH"));
        }
        settings.put("mail.mime.allowutf8", String.valueOf(options.contains("SMTPUTF8")));
        settings.put("mail.smtp.allow8bitmime", String.valueOf(options.contains("8BITMIME")));
        if (options.contains("RET")) {
            settings.put("mail.smtp.dsn.ret", "HDRS");
            settings.put("mail.smtp.dsn.notify", "SUCCESS,FAILURE");
        }
        if (options.contains("CHUNKING")) {
            settings.put("mail.smtp.chunksize", "10000");
        }
        return settings;
    }

    public static void main(String[] arguments) throws Exception {
        Session session = Session.getInstance(settings());
        SMTPMessage message;
        try (InputStream raw = Files.newInputStream(Path.of(given("FILE")))) {
            message = new SMTPMessage(session, raw);
        }
        message.setEnvelopeFrom(given("FROM"));
        String[] to = given("TO").split(" ");
        Address[] recipients = new Address[to.length];
        for (int i = 0; i < to.length; i++) {
            recipients[i] = new InternetAddress(to[i]);
        }
        try (jakarta.mail.Transport transport = session.getTransport("smtp")) {
            boolean known = !given("AUTH").isEmpty();
            transport.connect("localhost", known ? given("USER") : null, known ? given("PASSWORD") : null);
            transport.sendMessage(message, recipients);
        } catch (MessagingException failure) {
            for (Exception each = failure; each instanceof MessagingException; each = ((MessagingException) each).getNextException()) {
                System.err.println(each);
            }
            System.exit(1);
        }
    }
}
