// Go's net/smtp sends a mail; what is asked of it is in the environment (tests/smtp/programs.py).
package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log"
	"net/smtp"
	"os"
	"strings"
)

func given(name string) string { return os.Getenv("SEND_" + name) }

// login is the mechanism that net/smtp lacks, as programs write it for themselves.
type login struct{ user, password string }

func (login) Start(*smtp.ServerInfo) (string, []byte, error) { return "LOGIN", nil, nil }

func (l login) Next(question []byte, more bool) ([]byte, error) {
	switch {
	case !more:
		return nil, nil
	case string(question) == "Username:":
		return []byte(l.user), nil
	case string(question) == "Password:":
		return []byte(l.password), nil
	}
	return nil, errors.New("unexpected question: " + string(question))
}

func mechanism() smtp.Auth {
	switch given("AUTH") {
	case "PLAIN":
		return smtp.PlainAuth("", given("USER"), given("PASSWORD"), "localhost")
	case "LOGIN":
		return login{given("USER"), given("PASSWORD")}
	case "CRAM-MD5":
		return smtp.CRAMMD5Auth(given("USER"), given("PASSWORD"))
	}
	return nil
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	mail, err := os.ReadFile(given("FILE"))
	check(err)
	to := strings.Fields(given("TO"))
	address := "localhost:" + given("PORT")
	if given("TLS") == "" { // the whole of it in one call, as most programs have it
		check(smtp.SendMail(address, mechanism(), given("FROM"), to, mail))
		return
	}
	config := &tls.Config{ServerName: "localhost"}
	if given("CA") != "" {
		pem, err := os.ReadFile(given("CA"))
		check(err)
		config.RootCAs = x509.NewCertPool()
		config.RootCAs.AppendCertsFromPEM(pem)
	}
	var client *smtp.Client
	if given("TLS") == "implicit" {
		connection, err := tls.Dial("tcp", address, config)
		check(err)
		client, err = smtp.NewClient(connection, "localhost")
		check(err)
	} else {
		client, err = smtp.Dial(address)
		check(err)
		check(client.StartTLS(config))
	}
	if auth := mechanism(); auth != nil {
		check(client.Auth(auth))
	}
	check(client.Mail(given("FROM")))
	for _, recipient := range to {
		check(client.Rcpt(recipient))
	}
	data, err := client.Data()
	check(err)
	_, err = data.Write(mail)
	check(err)
	check(data.Close())
	check(client.Quit())
}
