# Perl's Net::SMTP sends a mail; what is asked of it is in the environment (tests/smtp/programs.py).
use strict;
use warnings;
use Net::SMTP;

my %given = map { /^SEND_(\w+)$/ ? ($1 => $ENV{$_}) : () } keys %ENV;
my %options = map { $_ => 1 } split ' ', $given{OPTIONS};
my @verified = (SSL_verify_mode => 1, SSL_verifycn_name => 'localhost', SSL_verifycn_scheme => 'smtp');
push @verified, SSL_ca_file => $given{CA} if $given{CA};

my $smtp = Net::SMTP->new('localhost', Port => $given{PORT}, Timeout => 30, Hello => 'client.example',
    $given{TLS} eq 'implicit' ? (SSL => 1, @verified) : ()) or die "no connection: $@\n";
my $failed = sub { die "$_[0]: " . $smtp->code . ' ' . $smtp->message . "\n" };
if ($given{TLS} eq 'starttls') {
    $smtp->starttls(@verified) or $failed->("STARTTLS ($IO::Socket::SSL::SSL_ERROR)");
}
if ($given{AUTH}) {
    require Authen::SASL;
    my $sasl = Authen::SASL->new(
        mechanism => $given{AUTH}, callback => { user => $given{USER}, pass => $given{PASSWORD}, authname => $given{USER} });
    $smtp->auth($sasl) or $failed->('AUTH');
}
my @sender = $options{RET} ? (Return => 'HDRS', Envelope => 'QQ314') : ();
push @sender, Bits => '8' if $options{'8BITMIME'};
$smtp->mail($given{FROM}, @sender) or $failed->('MAIL');
my @notify = $options{RET} ? { Notify => ['SUCCESS', 'FAILURE'] } : ();
my $refused = '';
for my $recipient (split ' ', $given{TO}) {
    $smtp->recipient($recipient, @notify) or $refused .= $smtp->code . ' ' . $smtp->message;
}
open my $file, '<:raw', $given{FILE} or die $!;
my $mail = do { local $/; <$file> };
$smtp->data($mail) or $failed->("DATA, $refused");
$smtp->quit;
die $refused if $refused;
