# Ruby's net-smtp sends a mail; what is asked of it is in the environment (tests/smtp/programs.py).
require "net/smtp"
require "openssl"

given = ->(name) { ENV.fetch("SEND_#{name}") }
options = given["OPTIONS"].split
context = OpenSSL::SSL::SSLContext.new
context.set_params(given["CA"].empty? ? {} : { ca_file: given["CA"] })  # verifies the peer

smtp = Net::SMTP.new("localhost", given["PORT"].to_i)
smtp.open_timeout = smtp.read_timeout = 30
case given["TLS"]
when "starttls" then smtp.enable_starttls(context)
when "implicit" then smtp.enable_tls(context)
end
mechanism = given["AUTH"].empty? ? nil : given["AUTH"].downcase.tr("-", "_").to_sym
login = mechanism ? [given["USER"], given["PASSWORD"], mechanism] : [nil, nil, nil]
smtp.start("client.example", *login) do
  wanted = { "8BITMIME" => "BODY=8BITMIME", "SMTPUTF8" => "SMTPUTF8", "RET" => "RET=HDRS", "ENVID" => "ENVID=QQ314" }
  said = wanted.filter_map { |name, parameter| parameter if options.include?(name) }
  from = Net::SMTP::Address.new(given["FROM"], *said)
  notify = options.include?("RET") ? ["NOTIFY=SUCCESS,FAILURE"] : []
  to = given["TO"].split.map { |address| Net::SMTP::Address.new(address, *notify) }
  smtp.send_message(File.binread(given["FILE"]), from, *to)
end
