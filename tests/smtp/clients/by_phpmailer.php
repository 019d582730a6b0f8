<?php
// PHPMailer sends a mail with a file attached; what is asked of it is in the environment (tests/smtp/programs.py).
require getenv('SEND_MODULE') . '/autoload.php';

use PHPMailer\PHPMailer\OAuthTokenProvider;
use PHPMailer\PHPMailer\PHPMailer;

$mail = new PHPMailer(true);
$mail->isSMTP();
$mail->Timeout = 30;
$mail->CharSet = PHPMailer::CHARSET_UTF8;
$mail->Host = 'localhost';
$mail->Port = (int) getenv('SEND_PORT');
$mail->SMTPSecure = ['' => '', 'starttls' => PHPMailer::ENCRYPTION_STARTTLS, 'implicit' => PHPMailer::ENCRYPTION_SMTPS][getenv('SEND_TLS')];
if (getenv('SEND_CA') !== '') {
    $mail->SMTPOptions = ['ssl' => ['cafile' => getenv('SEND_CA')]];
}
if (getenv('SEND_AUTH') !== '') {
    $mail->SMTPAuth = true;
    $mail->AuthType = getenv('SEND_AUTH');
    $mail->Username = getenv('SEND_USER');
    $mail->Password = getenv('SEND_PASSWORD');
    if ($mail->AuthType === 'XOAUTH2') {
        $mail->setOAuth(new class implements OAuthTokenProvider {
            public function getOauth64()
            {
                return base64_encode('user=' . getenv('SEND_USER') . "\001auth=Bearer " . getenv('SEND_PASSWORD') . "\001\001");
            }
        });
    }
}
if (str_contains(getenv('SEND_OPTIONS'), 'NOTIFY')) {
    $mail->dsn = 'SUCCESS,FAILURE';
}
$mail->setFrom(getenv('SEND_FROM'), 'Jörg');
foreach (explode(' ', getenv('SEND_TO')) as $recipient) {
    $mail->addAddress($recipient);
}
$mail->Subject = 'Grüße aus Köln, 你好 🎉';
$mail->Body = ".\n..\nGrüße\n";
$mail->addAttachment(getenv('SEND_FILE'), 'größe.bin');
try {
    $mail->send();
} catch (Exception $error) {
    fwrite(STDERR, $error->getMessage() . ' ' . implode(' ', $mail->getSMTPInstance()->getError()) . "\n");
    exit(1);
}
